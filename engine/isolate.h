// The process's one isolate: made in the postmaster when the library is preloaded, in the backend otherwise.
#pragma once

#include "engine.h"

namespace engine {

// Null until start() or preload().
extern Isolate *isolate;

// What belongs to the isolate and goes with it.
struct IsolateData {
    v8::Global<v8::ObjectTemplate> global;
    v8::Global<v8::FunctionTemplate> plan;
    v8::Global<v8::FunctionTemplate> cursor;
    v8::Global<v8::ObjectTemplate> window;
};

inline IsolateData &isolate_data()
{
    return *static_cast<IsolateData *>(isolate->GetData(0));
}

// V8 was left by a longjmp and cannot be entered again; set until no call of it is on the stack.
extern bool isolate_lost;

// Forgets a lost isolate, and all that lived in it, without touching it: the next call makes another.
void replace_isolate();

// Brings V8 and its isolate up before backends are forked; it starts no thread.
void preload();

// Makes the isolate usable in this backend; cheap when it already is. Raises PgError.
void start();

// Makes the next context's Math.random() start from a seed of its own: a preloaded isolate's generator
// is the same in every backend. To be followed by a first use in that context.
void reseed();

// A string for V8 from text that is known to be ASCII or UTF-8.
Local<JsString> js_literal(const char *utf8);

}  // namespace engine
