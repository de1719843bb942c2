#include "triggers.h"

#include "call.h"
#include "errors.h"
#include "isolate.h"
#include "rows.h"
#include "to_js.h"

extern "C" {
#include "utils/rel.h"
}

namespace engine {
namespace {

const char *when_of(TriggerEvent event)
{
    if (TRIGGER_FIRED_BEFORE(event))
        return "BEFORE";
    return TRIGGER_FIRED_INSTEAD(event) ? "INSTEAD OF" : "AFTER";
}

const char *operation_of(TriggerEvent event)
{
    if (TRIGGER_FIRED_BY_INSERT(event))
        return "INSERT";
    if (TRIGGER_FIRED_BY_DELETE(event))
        return "DELETE";
    return TRIGGER_FIRED_BY_UPDATE(event) ? "UPDATE" : "TRUNCATE";
}

Local<JsString> name_to_js(const char *name)
{
    return text_to_js(name, strlen(name));
}

Local<v8::Array> arguments_of(const Trigger *trigger)
{
    std::vector<Local<Value>> values(trigger->tgnargs);
    for (int i = 0; i < trigger->tgnargs; ++i)
        values[i] = name_to_js(trigger->tgargs[i]);
    return v8::Array::New(isolate, values.data(), values.size());
}

}  // namespace

Datum call_trigger(Frame &frame, TriggerData *trigger, Local<v8::Function> function)
{
    TriggerEvent const event = trigger->tg_event;
    Relation const relation = trigger->tg_relation;
    TupleDesc const columns = RelationGetDescr(relation);
    bool const row = TRIGGER_FIRED_FOR_ROW(event);
    HeapTuple stored = nullptr;
    Local<Value> fresh = v8::Undefined(isolate);
    Local<Value> old = v8::Undefined(isolate);
    if (row) {
        RowReader reader(columns);
        stored = TRIGGER_FIRED_BY_UPDATE(event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
        if (!TRIGGER_FIRED_BY_DELETE(event))
            fresh = reader.read(stored);
        if (!TRIGGER_FIRED_BY_INSERT(event))
            old = reader.read(trigger->tg_trigtuple);
    }
    char *const schema = pg([&] { return get_namespace_name(RelationGetNamespace(relation)); });
    Local<Value> arguments[] = {
        fresh,
        old,
        name_to_js(trigger->tg_trigger->tgname),
        js_literal(when_of(event)),
        js_literal(row ? "ROW" : "STATEMENT"),
        js_literal(operation_of(event)),
        v8::Integer::NewFromUnsigned(isolate, RelationGetRelid(relation)),
        name_to_js(RelationGetRelationName(relation)),
        name_to_js(schema != nullptr ? schema : ""),
        arguments_of(trigger->tg_trigger)};

    Local<Value> const result = frame.run(function, lengthof(arguments), arguments);

    // null skips the row; undefined lets it pass as it is.
    if (!row || result->IsNull())
        return PointerGetDatum(nullptr);
    if (result->IsUndefined())
        return PointerGetDatum(stored);
    RowWriter writer(columns, false);
    MemoryContextSwitchTo(frame.memory);
    writer.take(result);
    return pg([&] { return PointerGetDatum(heap_form_tuple(columns, writer.values(), writer.nulls())); });
}

}  // namespace engine
