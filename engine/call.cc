#include "call.h"

#include "errors.h"
#include "isolate.h"
#include "realm.h"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace engine {

Frame *current_frame = nullptr;

Frame::Frame(Realm *realm, FunctionCallInfo fcinfo)
    : outer(current_frame), realm(realm), memory(CurrentMemoryContext)
{
    Node *const context = fcinfo != nullptr ? fcinfo->context : nullptr;
    if (context != nullptr && IsA(context, CallContext))
        nonatomic = !castNode(CallContext, context)->atomic;
    if (fcinfo != nullptr && CALLED_AS_TRIGGER(fcinfo))
        trigger_ = reinterpret_cast<TriggerData *>(context);
    ++realm->depth;
    current_frame = this;
}

Frame::~Frame()
{
    --realm->depth;
    current_frame = outer;
    MemoryContextSwitchTo(memory);
}

void Frame::connect()
{
    if (connected_)
        return;
    pg([&] {
        SPI_connect_ext(nonatomic ? SPI_OPT_NONATOMIC : 0);
        if (trigger_ != nullptr && SPI_register_trigger_data(trigger_) < 0)
            elog(ERROR, "could not register the trigger's transition tables");
    });
    connected_ = true;
}

Local<Value> Frame::run(Local<v8::Function> function, int count, Local<Value> arguments[])
{
    Local<Context> const context = isolate->GetCurrentContext();
    InsideV8 const inside(true);
    MaybeLocal<Value> result = function->Call(context, v8::Undefined(isolate), count, arguments);
    if (result.IsEmpty())
        throw JsPending{};
    if (realm->depth == 1) {
        run_microtasks(realm);
        if (stopping())
            throw JsPending{};
    }
    return result.ToLocalChecked();
}

void Frame::finish()
{
    if (!connected_)
        return;
    pg([] { SPI_finish(); });
    connected_ = false;
}

}  // namespace engine
