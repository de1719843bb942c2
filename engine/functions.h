// PL/v8 functions: what the catalog says of them, and their JavaScript, compiled once a role and session.
#pragma once

#include "engine.h"

namespace engine {

struct Realm;
struct Type;

// A compiled function of one realm.
struct Script {
    Oid oid;
    // Identity of the catalog row it was compiled from.
    TransactionId xmin;
    ItemPointerData tid;
    uint32 catalog_hash;
    // The row may have changed: to be compared before the next use.
    bool stale;
    bool trigger;
    bool window;
    bool out_arguments;
    v8::Global<v8::Function> function;
};

// Grows whenever a function or a type changes, in this session or another.
extern uint64 catalog_generation;

void watch_catalog();

// The current realm's compiled form of a PL/v8 function. Raises PgError.
Script *script_of(Realm *realm, Oid oid);

void release_script(Script *script);

// Forgets the functions of an isolate that was lost.
void abandon_scripts();

// Compiles a body under the argument names; a name of null gives `undefined`, as an inline block has.
// Raises JsPending.
Local<v8::Function> compile(const char *name, const char *source, const std::vector<std::string> &arguments);

// A function by name or signature, for JavaScript to call; empty when the role may not execute it. Raises PgError.
Local<v8::Function> find_function(const char *signature);

// How one expression calls a function: types resolved, polymorphic ones too.
struct CallSite {
    uint64 generation;
    Oid role;
    Script *script;
    int count;
    Type **arguments;
    Oid result_oid;
    TypeFuncClass class_;
    // Null for rows of `columns` and for void.
    Type *result;
    // The columns of a row type or of OUT arguments, else null.
    TupleDesc columns;
    bool returns_set;
    bool returns_void;
    // An unnamed record: only a query that lists the columns says what they are.
    bool anonymous;
};

// The call site cached in `fcinfo->flinfo`, made or brought up to date. Raises PgError.
CallSite *call_site(Realm *realm, FunctionCallInfo fcinfo);

}  // namespace engine
