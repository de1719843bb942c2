// Errors on both sides. A PostgreSQL error is a longjmp and must never pass a frame of V8 or of C++
// that has something to destroy; so each call into PostgreSQL runs inside pg(), which turns the
// longjmp into a C++ exception, and each callback from V8 turns that into a JavaScript exception.
#pragma once

#include "engine.h"

namespace engine {

// A PostgreSQL error on its way out; it lives as long as the innermost call of JavaScript.
struct PgError {
    ErrorData *data;
};

// Frees an error that was thrown by pg() and goes no further.
void release_error(const PgError &error);

// A JavaScript exception is pending in the isolate, or its execution is being terminated.
struct JsPending {};

[[noreturn]] void throw_caught_error(MemoryContext context);

// Whether PostgreSQL's own code runs, which sees to interrupts by itself.
extern volatile sig_atomic_t inside_postgres;

// Runs code that may raise a PostgreSQL error, and comes back in the memory context it started in (SPI would
// leave another). The body must own nothing that needs destruction.
template <typename Body>
auto pg(Body &&body) -> decltype(body())
{
    MemoryContext const context = CurrentMemoryContext;
    ErrorContextCallback *const callbacks = error_context_stack;
    sigjmp_buf *const outer = PG_exception_stack;
    sig_atomic_t const before = inside_postgres;
    sigjmp_buf here;
    if (sigsetjmp(here, 0) != 0) {
        inside_postgres = before;
        PG_exception_stack = outer;
        error_context_stack = callbacks;
        throw_caught_error(context);
    }
    PG_exception_stack = &here;
    // The callers' context is added once, when the error leaves the engine.
    error_context_stack = nullptr;
    inside_postgres = 1;
    if constexpr (std::is_void_v<decltype(body())>) {
        body();
        inside_postgres = before;
        PG_exception_stack = outer;
        error_context_stack = callbacks;
        CurrentMemoryContext = context;
    } else {
        auto result = body();
        inside_postgres = before;
        PG_exception_stack = outer;
        error_context_stack = callbacks;
        CurrentMemoryContext = context;
        return result;
    }
}

// Raises an error of the engine's own.
[[noreturn]] void fail(int sqlstate, const char *format, ...) pg_attribute_printf(2, 3);

// The JavaScript exception for a PostgreSQL error, with its fields as properties.
Local<Object> js_error(const ErrorData *error);

// The PostgreSQL error for the exception that `caught` holds; it lives in the current memory context.
ErrorData *error_of_exception(const v8::TryCatch &caught);
ErrorData *error_of_exception(Local<Value> exception, Local<v8::Message> message, const std::string &trace);

// The error for whatever C++ exception is being handled; for use in a catch block.
ErrorData *error_in_flight(const v8::TryCatch &caught);

}  // namespace engine
