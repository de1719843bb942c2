// What every source of the engine needs: V8, PostgreSQL, and the engine's own vocabulary.
#pragma once

#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <libplatform/libplatform.h>
#include <v8.h>

extern "C" {
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"
}

// PostgreSQL's ports of these are macros, and would rename the members of C++ classes.
#undef printf
#undef fprintf
#undef sprintf
#undef snprintf
#undef vprintf
#undef vsnprintf
#undef strerror

namespace engine {

using v8::Context;
using v8::HandleScope;
using v8::Isolate;
using v8::Local;
using v8::MaybeLocal;
using v8::Object;
using v8::Value;
using JsString = v8::String;
using Arguments = v8::FunctionCallbackInfo<Value>;

inline constexpr const char *version = "3.2.0";

}  // namespace engine
