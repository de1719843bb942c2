#include "builtins.h"

#include "call.h"
#include "errors.h"
#include "functions.h"
#include "isolate.h"
#include "heap.h"
#include "plans.h"
#include "realm.h"
#include "rows.h"
#include "spi.h"
#include "to_datum.h"
#include "to_js.h"
#include "windows.h"

namespace engine {
namespace {

struct Level {
    const char *name;
    int value;
};

constexpr Level levels[] = {
    {"DEBUG5", DEBUG5}, {"DEBUG4", DEBUG4}, {"DEBUG3", DEBUG3}, {"DEBUG2", DEBUG2}, {"DEBUG1", DEBUG1},
    {"LOG", LOG}, {"INFO", INFO}, {"NOTICE", NOTICE}, {"WARNING", WARNING}, {"ERROR", ERROR}};

bool known_level(int value)
{
    for (Level const &level : levels)
        if (level.value == value)
            return true;
    return false;
}

// A query's cancellation is not JavaScript's to catch, nor is what leaves no memory to go on with.
bool uncatchable(int sqlstate)
{
    return sqlstate == ERRCODE_QUERY_CANCELED || sqlstate == ERRCODE_OUT_OF_MEMORY;
}

void throw_to_js(const PgError &error)
{
    if (isolate_lost)
        return;
    if (uncatchable(error.data->sqlerrcode) || must_abort()) {
        stop_for_error(error.data);
        return;
    }
    try {
        isolate->ThrowException(js_error(error.data));
        release_error(error);
    } catch (const PgError &second) {
        stop_for_error(second.data);
    }
}

void elog_(const Arguments &arguments)
{
    Local<Context> const context = isolate->GetCurrentContext();
    if (arguments.Length() < 2)
        fail(ERRCODE_INVALID_PARAMETER_VALUE, "usage: plv8.elog(elevel, ...)");
    int const level = arguments[0]->Int32Value(context).FromMaybe(0);
    if (!known_level(level))
        fail(ERRCODE_INVALID_PARAMETER_VALUE, "invalid error level");
    std::string text;
    for (int i = 1; i < arguments.Length(); ++i) {
        Local<JsString> part;
        if (!arguments[i]->ToString(context).ToLocal(&part))
            throw JsPending{};
        if (i > 1)
            text += ' ';
        text += message_of(part);
    }
    ErrorContextCallback *const callbacks = error_context_stack;
    pg([&] {
        // A notice says where it comes from; an error gets that when it leaves the engine.
        if (level < ERROR)
            error_context_stack = callbacks;
        ereport(level, (errmsg_internal("%s", text.c_str())));
    });
}

template <Datum (*quote)(PG_FUNCTION_ARGS)>
void quote_with(const Arguments &arguments)
{
    if (arguments.Length() < 1)
        return;
    Local<JsString> argument;
    if (!arguments[0]->ToString(isolate->GetCurrentContext()).ToLocal(&argument))
        throw JsPending{};
    char *const plain = text_of(argument);
    char *const quoted = pg([&] {
        return TextDatumGetCString(DirectFunctionCall1(quote, CStringGetTextDatum(plain)));
    });
    arguments.GetReturnValue().Set(text_to_js(quoted, strlen(quoted)));
}

void quote_nullable_(const Arguments &arguments)
{
    if (arguments.Length() > 0 && arguments[0]->IsNullOrUndefined())
        arguments.GetReturnValue().Set(js_literal("NULL"));
    else
        quote_with<quote_literal>(arguments);
}

void return_next(const Arguments &arguments)
{
    if (current_frame->sink == nullptr)
        fail(ERRCODE_FEATURE_NOT_SUPPORTED, "return_next called in context that cannot accept a set");
    current_frame->sink->put(arguments[0]);
}

void find_function_(const Arguments &arguments)
{
    if (arguments.Length() < 1)
        return;
    char *const signature = text_of(arguments[0]);
    Local<v8::Function> const function = find_function(signature);
    if (!function.IsEmpty()) {
        arguments.GetReturnValue().Set(function);
        return;
    }
    pg([&] { ereport(WARNING, (errmsg("failed to find or no permission for js function %s", signature))); });
}

void memory_usage_(const Arguments &arguments)
{
    arguments.GetReturnValue().Set(memory_usage());
}

void run_script(const Arguments &arguments)
{
    Local<Context> const context = isolate->GetCurrentContext();
    Local<JsString> source;
    if (!arguments[0]->ToString(context).ToLocal(&source))
        throw JsPending{};
    Local<Value> const name = arguments[1];
#if V8_MAJOR_VERSION >= 12
    v8::ScriptOrigin origin(name);
#else
    v8::ScriptOrigin origin(isolate, name);
#endif
    Local<v8::Script> script;
    Local<Value> result;
    if (!v8::Script::Compile(context, source, &origin).ToLocal(&script) || !script->Run(context).ToLocal(&result))
        throw JsPending{};
    arguments.GetReturnValue().Set(result);
}

template <Body body>
void add(Local<v8::ObjectTemplate> target, const char *name)
{
    target->Set(isolate, name, function_template<body>(isolate));
}

}  // namespace

void run_callback(Body body, const Arguments &arguments)
{
    // JavaScript notices only at its next loop or call, and until then must have no effect.
    if (stopping()) {
        isolate->TerminateExecution();
        return;
    }
    InsideV8 const outside(false);
    HandleScope scope(isolate);
    MemoryContext const before = CurrentMemoryContext;
    MemoryContext scratch = nullptr;
    try {
        if (current_frame == nullptr)
            fail(ERRCODE_INVALID_TRANSACTION_STATE, "plv8 was called outside of a function call");
        pg([&] {
            check_stack_depth();
            scratch = AllocSetContextCreate(current_frame->memory, "PL/v8 call", ALLOCSET_SMALL_SIZES);
        });
        MemoryContextSwitchTo(scratch);
        body(arguments);
        drop_stale_stop();
    } catch (const PgError &error) {
        throw_to_js(error);
    } catch (const JsPending &) {
        // The exception is V8's already.
    } catch (const std::bad_alloc &) {
        isolate->ThrowException(v8::Exception::Error(js_literal("out of memory")));
    }
    MemoryContextSwitchTo(before);
    if (scratch != nullptr)
        MemoryContextDelete(scratch);
    // A call further in has lost the isolate: there is no JavaScript to return to. The error lands in
    // the handler's frame below.
    if (isolate_lost)
        ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("Out of memory error")));
}

Local<v8::ObjectTemplate> global_template()
{
    auto &kept = isolate_data().global;
    if (!kept.IsEmpty())
        return kept.Get(isolate);
    Local<v8::ObjectTemplate> const plv8 = v8::ObjectTemplate::New(isolate);
    plv8->Set(isolate, "version", js_literal(version));
    add<elog_>(plv8, "elog");
    add<execute>(plv8, "execute");
    add<prepare>(plv8, "prepare");
    add<subtransaction>(plv8, "subtransaction");
    add<commit>(plv8, "commit");
    add<rollback>(plv8, "rollback");
    add<return_next>(plv8, "return_next");
    add<find_function_>(plv8, "find_function");
    add<quote_with<quote_literal>>(plv8, "quote_literal");
    add<quote_nullable_>(plv8, "quote_nullable");
    add<quote_with<quote_ident>>(plv8, "quote_ident");
    add<memory_usage_>(plv8, "memory_usage");
    add<run_script>(plv8, "run_script");
    add<get_window_object>(plv8, "get_window_object");

    Local<v8::ObjectTemplate> const global = v8::ObjectTemplate::New(isolate);
    for (Level const &level : levels)
        global->Set(isolate, level.name, v8::Integer::New(isolate, level.value));
    global->Set(isolate, "plv8", plv8);
    kept.Reset(isolate, global);
    return global;
}

}  // namespace engine
