// PostgreSQL values as JavaScript values.
#pragma once

#include "types.h"

namespace engine {

// The value as JavaScript has it. Raises PgError and JsPending.
Local<Value> to_js(Datum value, bool is_null, Type *type);

// Text in the database's encoding as a string. Raises PgError.
Local<JsString> text_to_js(const char *text, size_t length);

}  // namespace engine
