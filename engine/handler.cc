// The functions that PostgreSQL calls, by way of the loader.
#include "engine.h"

#include "call.h"
#include "errors.h"
#include "functions.h"
#include "isolate.h"
#include "heap.h"
#include "realm.h"
#include "rows.h"
#include "settings.h"
#include "to_datum.h"
#include "to_js.h"
#include "triggers.h"
#include "types.h"
#include "windows.h"

extern "C" {
#include "commands/event_trigger.h"
#include "nodes/parsenodes.h"
#include "utils/guc.h"
#include "utils/resowner.h"
}

#include "entries.h"

namespace engine {
namespace {

// Where an error lands that no pg() caught: V8's own failure to allocate, which leaves V8 in the middle of things.
class Landing {
public:
    Landing()
    {
        PG_exception_stack = &buffer;
    }

    ~Landing()
    {
        PG_exception_stack = outer_;
    }

    // Brings PostgreSQL's and the engine's state back to where it was, and gives up the isolate.
    ErrorData *recover() noexcept
    {
        PG_exception_stack = outer_;
        error_context_stack = callbacks_;
        current_frame = frame_;
        Running::set_depth(depth_);
        isolate_lost = true;
        ErrorData *error;
        try {
            error = pg([&] {
                MemoryContextSwitchTo(memory_);
                ErrorData *const copied = CopyErrorData();
                FlushErrorState();
                while (GetCurrentTransactionNestLevel() > level_)
                    RollbackAndReleaseCurrentSubTransaction();
                return copied;
            });
        } catch (const PgError &second) {
            error = second.data;
        }
        MemoryContextSwitchTo(memory_);
        CurrentResourceOwner = owner_;
        if (depth_ == 0)
            replace_isolate();
        return error;
    }

    sigjmp_buf buffer;

private:
    sigjmp_buf *const outer_ = PG_exception_stack;
    ErrorContextCallback *const callbacks_ = error_context_stack;
    MemoryContext const memory_ = CurrentMemoryContext;
    ResourceOwner const owner_ = CurrentResourceOwner;
    Frame *const frame_ = current_frame;
    int const depth_ = Running::depth();
    int const level_ = GetCurrentTransactionNestLevel();
};

// Runs a body with V8 at hand in the current role's realm. The error, if any, is for the caller to raise, once
// no C++ frame is left.
template <typename Body>
ErrorData *with_realm(Body &&body) noexcept
{
    MemoryContext const memory = CurrentMemoryContext;
    ErrorData *volatile error = nullptr;
    Landing landing;
    if (sigsetjmp(landing.buffer, 0) != 0)
        return landing.recover();
    try {
        start();
        apply_memory_limit();
        refresh_types();
        Running const running;
        HandleScope scope(isolate);
        v8::TryCatch caught(isolate);
        try {
            Realm *const realm = current_realm();
            Context::Scope const inside(realm->context.Get(isolate));
            try {
                body(realm);
            } catch (...) {
                error = error_in_flight(caught);
            }
        } catch (const PgError &failed) {
            error = failed.data;
        }
    } catch (const PgError &failed) {
        error = failed.data;
    }
    MemoryContextSwitchTo(memory);
    return error;
}

void read_arguments(FunctionCallInfo fcinfo, const CallSite *site, Local<Value> *values)
{
    for (int i = 0; i < site->count; ++i)
        values[i] = to_js(fcinfo->args[i].value, fcinfo->args[i].isnull, site->arguments[i]);
}

Datum return_row(Local<Value> value, const CallSite *site, bool *is_null)
{
    *is_null = value->IsNullOrUndefined();
    if (*is_null)
        return 0;
    RowWriter writer(site->columns, false);
    writer.take(value);
    return pg([&] { return HeapTupleGetDatum(heap_form_tuple(site->columns, writer.values(), writer.nulls())); });
}

Datum call_scalar(Frame &frame, FunctionCallInfo fcinfo, const CallSite *site, Local<v8::Function> function)
{
    Local<Value> result;
    if (site->script->window) {
        result = call_window(frame, fcinfo, site, function);
    } else {
        Local<Value> values[FUNC_MAX_ARGS];
        read_arguments(fcinfo, site, values);
        result = frame.run(function, site->count, values);
    }
    MemoryContextSwitchTo(frame.memory);
    if (site->returns_void)
        return 0;
    if (site->anonymous && !result->IsNullOrUndefined())
        fail(ERRCODE_FEATURE_NOT_SUPPORTED, "input of anonymous composite types is not implemented");
    if (site->columns != nullptr)
        return return_row(result, site, &fcinfo->isnull);
    if (site->result == nullptr) {
        fcinfo->isnull = true;
        return 0;
    }
    return to_datum(result, site->result, &fcinfo->isnull);
}

Datum call_set(Frame &frame, FunctionCallInfo fcinfo, const CallSite *site, Local<v8::Function> function)
{
    RowSink sink(fcinfo, site->columns == nullptr && !site->anonymous);
    frame.sink = &sink;
    Local<Value> values[FUNC_MAX_ARGS];
    read_arguments(fcinfo, site, values);
    Local<Value> const result = frame.run(function, site->count, values);
    MemoryContextSwitchTo(frame.memory);
    if (result->IsArray()) {
        Local<Context> const context = isolate->GetCurrentContext();
        Local<v8::Array> const rows = result.As<v8::Array>();
        for (uint32_t i = 0; i < rows->Length(); ++i) {
            HandleScope scope(isolate);
            Local<Value> row;
            if (!rows->Get(context, i).ToLocal(&row))
                throw JsPending{};
            sink.put(row);
        }
    } else if (!result->IsUndefined()) {
        sink.put(result);
    }
    frame.sink = nullptr;
    fcinfo->isnull = true;
    return 0;
}

Datum call_function(Realm *realm, FunctionCallInfo fcinfo)
{
    CallSite const *const site = call_site(realm, fcinfo);
    Local<v8::Function> const function = site->script->function.Get(isolate);
    Frame frame(realm, fcinfo);
    Datum result;
    if (CALLED_AS_TRIGGER(fcinfo))
        result = call_trigger(frame, reinterpret_cast<TriggerData *>(fcinfo->context), function);
    else if (site->script->trigger)
        fail(ERRCODE_FEATURE_NOT_SUPPORTED, "trigger functions can only be called as triggers");
    else if (site->returns_set)
        result = call_set(frame, fcinfo, site, function);
    else
        result = call_scalar(frame, fcinfo, site, function);
    frame.finish();
    return result;
}

void run_inline(Realm *realm, FunctionCallInfo fcinfo)
{
    auto const *const block = reinterpret_cast<InlineCodeBlock *>(DatumGetPointer(fcinfo->args[0].value));
    Local<v8::Function> const function = compile(nullptr, block->source_text, {});
    Frame frame(realm, nullptr);
    frame.nonatomic = !block->atomic;
    frame.run(function, 0, nullptr);
    frame.finish();
}

// Types without values of their own have no place in a signature.
void check_signature(Oid oid)
{
    pg([&] {
        HeapTuple const tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
        if (!HeapTupleIsValid(tuple))
            elog(ERROR, "cache lookup failed for function %u", oid);
        auto const *const form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
        Oid const result = form->prorettype;
        char const *refused = nullptr;
        if (result == EVENT_TRIGGEROID)
            refused = "event triggers are not supported by this engine";
        else if (get_typtype(result) == TYPTYPE_PSEUDO && result != TRIGGEROID && result != RECORDOID &&
                 result != VOIDOID && result != INTERNALOID && !IsPolymorphicType(result))
            refused = "PL/v8 functions cannot return type %s";
        Oid type = result;
        for (int i = 0; refused == nullptr && i < form->pronargs; ++i) {
            type = form->proargtypes.values[i];
            if (get_typtype(type) == TYPTYPE_PSEUDO && type != RECORDOID && type != INTERNALOID &&
                type != ANYOID && !IsPolymorphicType(type))
                refused = "PL/v8 functions cannot accept type %s";
        }
        ReleaseSysCache(tuple);
        if (refused != nullptr)
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg(refused, format_type_be(type))));
    });
}

void validate(Realm *realm, Oid oid)
{
    check_signature(oid);
    if (check_function_bodies)
        script_of(realm, oid);
}

Datum info()
{
    Local<Context> const context = isolate->GetCurrentContext();
    Local<Object> const result = memory_usage();
    auto const put = [&](const char *name, Local<Value> value) {
        result->Set(context, js_literal(name), value).Check();
    };
    put("engine", js_literal("almagest"));
    put("version", js_literal(version));
    put("v8", js_literal(v8::V8::GetVersion()));
    put("contexts", v8::Number::New(isolate, static_cast<double>(realm_count())));
    bool is_null;
    return to_datum(result, type_of(JSONOID), &is_null);
}

void init(bool preloading)
{
    define_settings();
    watch_catalog();
    if (preloading)
        preload();
}

Datum call_handler(PG_FUNCTION_ARGS)
{
    check_stack_depth();
    if (CALLED_AS_EVENT_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("event triggers are not supported by this engine")));
    Datum result = 0;
    fcinfo->isnull = false;
    ErrorData *const error = with_realm([&](Realm *realm) { result = call_function(realm, fcinfo); });
    if (error != nullptr)
        ThrowErrorData(error);
    return result;
}

Datum inline_handler(PG_FUNCTION_ARGS)
{
    check_stack_depth();
    ErrorData *const error = with_realm([&](Realm *realm) { run_inline(realm, fcinfo); });
    if (error != nullptr)
        ThrowErrorData(error);
    PG_RETURN_VOID();
}

Datum call_validator(PG_FUNCTION_ARGS)
{
    Oid const oid = PG_GETARG_OID(0);
    if (!CheckFunctionValidatorAccess(fcinfo->flinfo->fn_oid, oid))
        PG_RETURN_VOID();
    ErrorData *const error = with_realm([&](Realm *realm) { validate(realm, oid); });
    if (error != nullptr)
        ThrowErrorData(error);
    PG_RETURN_VOID();
}

Datum reset(PG_FUNCTION_ARGS)
{
    forget_realm(GetUserId());
    PG_RETURN_VOID();
}

Datum session_info(PG_FUNCTION_ARGS)
{
    Datum result = 0;
    ErrorData *const error = with_realm([&](Realm *) { result = info(); });
    if (error != nullptr)
        ThrowErrorData(error);
    return result;
}

}  // namespace
}  // namespace engine

extern "C" {
// PostgreSQL's functions, for the loader.
extern __attribute__((visibility("default"))) const EngineEntries plv8_engine_entries;
const EngineEntries plv8_engine_entries = {
    engine::init, engine::call_handler, engine::inline_handler,
    engine::call_validator, engine::reset, engine::session_info};
}
