// JavaScript values as PostgreSQL values.
#pragma once

#include "types.h"

namespace engine {

// The value as the type has it, in the current memory context; undefined and null are NULL.
// Numbers out of the type's range, and values of another nature, are refused. Raises PgError and JsPending.
Datum to_datum(Local<Value> value, Type *type, bool *is_null);

// String(value) as text of the database's encoding, in the current memory context.
// Text that the encoding cannot hold is refused. Raises PgError and JsPending.
char *text_of(Local<Value> value, size_t *length = nullptr);

// String(value) for a message: what does not fit is replaced. Empty when the conversion throws.
std::string message_of(Local<Value> value);

}  // namespace engine
