// Stopping JavaScript that runs: for PostgreSQL's interrupts, for memory, and for errors it must not catch.
#pragma once

#include "engine.h"

namespace engine {

// Chains the engine to this backend's signal handlers.
void install_interrupts();

// JavaScript is on the stack from the constructor to the destructor; they nest.
class Running {
public:
    Running();
    ~Running();
    Running(const Running &) = delete;
    Running &operator=(const Running &) = delete;

    // How many there are; to be set again where a longjmp has left some behind.
    static int depth();
    static void set_depth(int depth);
};

// Says whether V8's own code, rather than PostgreSQL's, is about to run; restores what held before.
class InsideV8 {
public:
    explicit InsideV8(bool inside);
    ~InsideV8();
    InsideV8(const InsideV8 &) = delete;
    InsideV8 &operator=(const InsideV8 &) = delete;

private:
    bool const before_;
    bool const inside_postgres_before_;
};

// Called when the heap has reached its limit.
void stop_for_memory();

// Stops JavaScript; `error`, which must outlive the frame's JavaScript, is what the frame reports.
void stop_for_error(ErrorData *error);

// Whether JavaScript has been told to stop.
bool stopping();

// The reason why it was told to, as an error; it may run again afterwards.
ErrorData *take_stop_reason();

// Forgets a request to stop that PostgreSQL no longer has, such as a cancel that was handled inside a query.
void drop_stale_stop();

}  // namespace engine
