// Memory limits: the heap and the typed arrays' buffers each get plv8.memory_limit. What goes beyond fails
// the statement with an out-of-memory error; nothing short of that is left to V8, which would abort.
#pragma once

#include "engine.h"

namespace engine {

// Sets the heap's size and the allocator of array buffers on the parameters of a new isolate.
void configure_memory(v8::Isolate::CreateParams &parameters);

// Watches the heap of a new isolate.
void guard_memory(Isolate *isolate);

// Applies plv8.memory_limit, which may have changed since the last call.
void apply_memory_limit();

// Takes back what a statement that ran out of memory was granted to unwind. Where globals hold on to
// half of the memory and more, every role's context starts afresh.
void recover_memory();

// A buffer of `length` uninitialised bytes that V8 owns, counted against the limit. Raises PgError.
Local<v8::ArrayBuffer> new_buffer(size_t length);

// An object with the heap's statistics.
Local<Object> memory_usage();

}  // namespace engine
