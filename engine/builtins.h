// The object plv8 and the constants that every realm starts with.
#pragma once

#include "engine.h"

namespace engine {

// The template of a realm's global object.
Local<v8::ObjectTemplate> global_template();

// Runs a callback's body: errors of either side become JavaScript exceptions, memory is freed after it.
using Body = void (*)(const Arguments &);
void run_callback(Body body, const Arguments &arguments);

template <Body body>
void callback(const Arguments &arguments)
{
    run_callback(body, arguments);
}

template <Body body>
Local<v8::FunctionTemplate> function_template(Isolate *isolate)
{
    return v8::FunctionTemplate::New(isolate, callback<body>, {}, {}, 0, v8::ConstructorBehavior::kThrow);
}

}  // namespace engine
