// What the engine knows of a PostgreSQL type: which JavaScript value it is, and how to cross.
#pragma once

#include "engine.h"

namespace engine {

struct CallSite;

enum class Kind {
    boolean,
    int2,
    int4,
    int8,
    oid,
    float4,
    float8,
    numeric,
    date,
    timestamp,
    text,
    bytea,
    json,
    jsonb,
    array,
    typed_array,
    row,
    none,   // a pseudo-type that has no values, such as internal
    other,  // everything else crosses as the type's text form
};

struct Type {
    Oid oid;
    Kind kind;
    int16 length;
    bool by_value;
    char alignment;
    // Elements of an array.
    Type *element;
    // The domain itself where the type is one: its constraints hold for NULL too.
    Oid domain;
    void *domain_state;
    // Text conversion, looked up when first needed.
    FmgrInfo input;
    FmgrInfo output;
    Oid input_parameter;
    bool input_ready;
    bool output_ready;
};

// The type's description, kept for the session. Raises PgError.
Type *type_of(Oid oid);

// Where descriptions and the functions they use are kept.
MemoryContext type_memory();

// Some type has changed; descriptions are made anew as soon as no call uses them.
void types_changed();

// Drops descriptions that have changed; to be called when no JavaScript is on the stack.
void refresh_types();

// Fills in the argument and result types of a call site. Raises PgError.
void resolve_types(CallSite *site, FunctionCallInfo fcinfo);

}  // namespace engine
