// Queries from JavaScript: execute, subtransaction, commit and rollback.
#pragma once

#include "engine.h"

extern "C" {
#include "utils/resowner.h"
}

namespace engine {

void execute(const Arguments &arguments);
void subtransaction(const Arguments &arguments);
void commit(const Arguments &arguments);
void rollback(const Arguments &arguments);

// A subtransaction around a query, so that JavaScript can catch its error and go on. PostgreSQL starts none
// in parallel mode: there the query runs without, and an error ends the statement.
class Subtransaction {
public:
    // Raises PgError.
    Subtransaction();
    Subtransaction(const Subtransaction &) = delete;
    Subtransaction &operator=(const Subtransaction &) = delete;

    // Raise PgError.
    void commit();
    void rollback();

private:
    bool active_ = false;
    MemoryContext memory_;
    ResourceOwner owner_;
};

// Runs a body within a subtransaction of its own; an exception rolls it back.
template <typename Run>
auto within_subtransaction(Run &&run) -> decltype(run())
{
    Subtransaction block;
    try {
        auto result = run();
        block.commit();
        return result;
    } catch (...) {
        block.rollback();
        throw;
    }
}

// Whether an error was raised where nothing could be rolled back, so that JavaScript may not go on.
bool must_abort();

// The rows or the number of rows of the query that SPI has just run. Raises PgError and JsPending.
Local<Value> result_of(int status);

}  // namespace engine
