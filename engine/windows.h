// Window functions: the executor's window API as an object.
#pragma once

#include "engine.h"

namespace engine {

class Frame;
struct CallSite;

// Calls the function with its arguments at the current row. Raises PgError and JsPending.
Local<Value> call_window(Frame &frame, FunctionCallInfo fcinfo, const CallSite *site, Local<v8::Function> function);

// plv8.get_window_object()
void get_window_object(const Arguments &arguments);

}  // namespace engine
