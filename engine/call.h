// A call of JavaScript from PostgreSQL, from entry to return.
#pragma once

#include "engine.h"
#include "interrupts.h"

namespace engine {

struct CallSite;
struct Realm;
class RowSink;

class Frame {
public:
    Frame(Realm *realm, FunctionCallInfo fcinfo);
    ~Frame();
    Frame(const Frame &) = delete;
    Frame &operator=(const Frame &) = delete;

    // Connects to SPI when JavaScript first needs it, with the trigger's transition tables. Raises PgError.
    void connect();

    // Calls the function and runs the promise reactions that are due. Raises JsPending.
    Local<Value> run(Local<v8::Function> function, int count, Local<Value> arguments[]);

    // Ends a call that succeeded. Raises PgError.
    void finish();

    Frame *const outer;
    Realm *const realm;
    // The caller's memory context: results go there.
    MemoryContext const memory;
    // Where return_next() puts its rows; null where the call takes none.
    RowSink *sink = nullptr;
    // A window function's window, a WindowObject, and its call site; else null.
    void *window = nullptr;
    const CallSite *site = nullptr;
    // The call may commit: a procedure, or DO outside of a transaction block.
    bool nonatomic = false;

private:
    TriggerData *trigger_ = nullptr;
    bool connected_ = false;
};

extern Frame *current_frame;

}  // namespace engine
