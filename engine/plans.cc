#include "plans.h"

#include "builtins.h"
#include "call.h"
#include "errors.h"
#include "isolate.h"
#include "params.h"
#include "rows.h"
#include "spi.h"
#include "to_datum.h"
#include "to_js.h"

extern "C" {
#include "parser/parse_type.h"
}

namespace engine {
namespace {

// What a PreparedPlan object stands for; the memory context holds the types and dies with it.
struct Plan {
    SPIPlanPtr saved;
    MemoryContext memory;
    Oid *types;
    int count;
    // Executions on the stack; freeing waits for them.
    int running;
    bool freed;
    // V8 has been told of its weight.
    bool counted;
    v8::Global<Object> object;
};

// About what a kept plan takes, for the collector to know what dropping the object would gain.
constexpr int64_t weight = 16 * 1024;

class Execution {
public:
    explicit Execution(Plan *plan) : plan_(plan)
    {
        ++plan_->running;
    }

    ~Execution()
    {
        if (--plan_->running == 0 && plan_->freed && plan_->saved != nullptr) {
            SPI_freeplan(plan_->saved);
            plan_->saved = nullptr;
        }
    }

    Execution(const Execution &) = delete;
    Execution &operator=(const Execution &) = delete;

private:
    Plan *const plan_;
};

// Plans whose objects were collected: freed at the next chance, since a collector may not call PostgreSQL.
auto &abandoned = *new std::vector<Plan *>;

void dispose(Plan *plan)
{
    pg([&] {
        if (plan->saved != nullptr)
            SPI_freeplan(plan->saved);
        MemoryContextDelete(plan->memory);
    });
    if (plan->counted)
        isolate->AdjustAmountOfExternalAllocatedMemory(-weight);
    delete plan;
}

void dispose_abandoned()
{
    while (!abandoned.empty()) {
        Plan *const plan = abandoned.back();
        abandoned.pop_back();
        dispose(plan);
    }
}

void collected(const v8::WeakCallbackInfo<Plan> &info)
{
    info.GetParameter()->object.Reset();
    abandoned.push_back(info.GetParameter());
}

Local<v8::FunctionTemplate> plan_template();
Local<v8::FunctionTemplate> cursor_template();

Plan *plan_of(const Arguments &arguments)
{
    Local<Object> const self = arguments.This();
    if (!plan_template()->HasInstance(self))
        fail(ERRCODE_WRONG_OBJECT_TYPE, "cannot find plan");
    return static_cast<Plan *>(self->GetAlignedPointerFromInternalField(0));
}

Plan *usable_plan(const Arguments &arguments, const std::vector<Local<Value>> &values)
{
    Plan *const plan = plan_of(arguments);
    int const expected = plan->freed ? -1 : plan->count;
    int const given = static_cast<int>(values.size());
    if (expected != given)
        fail(ERRCODE_UNDEFINED_PARAMETER, "plan expected %d argument(s), given is %d", expected, given);
    return plan;
}

void plan_execute(const Arguments &arguments)
{
    std::vector<Local<Value>> const values = values_of(arguments, 0);
    Plan *const plan = usable_plan(arguments, values);
    Execution const execution(plan);
    current_frame->connect();
    Local<Value> const result = within_subtransaction([&] {
        ParamListInfo const list = parameter_list(values, plan->types);
        int const status = pg([&] { return SPI_execute_plan_with_paramlist(plan->saved, list, false, 0); });
        return result_of(status);
    });
    arguments.GetReturnValue().Set(result);
}

void plan_cursor(const Arguments &arguments)
{
    std::vector<Local<Value>> const values = values_of(arguments, 0);
    Plan *const plan = usable_plan(arguments, values);
    Execution const execution(plan);
    current_frame->connect();
    Portal const portal = within_subtransaction([&] {
        ParamListInfo const list = parameter_list(values, plan->types);
        return pg([&] { return SPI_cursor_open_with_paramlist(nullptr, plan->saved, list, false); });
    });
    Local<Context> const context = isolate->GetCurrentContext();
    Local<Object> cursor;
    if (!cursor_template()->InstanceTemplate()->NewInstance(context).ToLocal(&cursor))
        throw JsPending{};
    cursor->SetInternalField(0, text_to_js(portal->name, strlen(portal->name)));
    arguments.GetReturnValue().Set(cursor);
}

void plan_free(const Arguments &arguments)
{
    Plan *const plan = plan_of(arguments);
    {
        Execution const last(plan);
        plan->freed = true;
    }
    arguments.GetReturnValue().Set(0);
}

Portal portal_of(const Arguments &arguments)
{
    Portal portal = nullptr;
    if (cursor_template()->HasInstance(arguments.This())) {
        Local<Value> const name = arguments.This()->GetInternalField(0).As<Value>();
        char *const text = text_of(name);
        portal = pg([&] { return SPI_cursor_find(text); });
    }
    if (portal == nullptr)
        fail(ERRCODE_UNDEFINED_CURSOR, "cannot find cursor");
    return portal;
}

// How many rows, and which way: negative is backward.
int32_t distance(const Arguments &arguments)
{
    v8::Maybe<int32_t> const rows = arguments[0]->Int32Value(isolate->GetCurrentContext());
    if (rows.IsNothing())
        throw JsPending{};
    return rows.FromJust();
}

void cursor_fetch(const Arguments &arguments)
{
    Portal const portal = portal_of(arguments);
    bool const several = arguments.Length() >= 1;
    int32_t const rows = several ? distance(arguments) : 1;
    current_frame->connect();
    Local<Value> const result = within_subtransaction([&]() -> Local<Value> {
        pg([&] { SPI_cursor_fetch(portal, rows >= 0, std::labs(rows)); });
        return result_of(SPI_OK_FETCH);
    });
    Local<v8::Array> const fetched = result.As<v8::Array>();
    if (fetched->Length() == 0)
        return;
    if (several)
        arguments.GetReturnValue().Set(fetched);
    else
        arguments.GetReturnValue().Set(fetched->Get(isolate->GetCurrentContext(), 0).ToLocalChecked());
}

void cursor_move(const Arguments &arguments)
{
    Portal const portal = portal_of(arguments);
    if (arguments.Length() < 1)
        return;
    int32_t const rows = distance(arguments);
    current_frame->connect();
    within_subtransaction([&] {
        pg([&] { SPI_cursor_move(portal, rows >= 0, std::labs(rows)); });
        return true;
    });
}

void cursor_close(const Arguments &arguments)
{
    Portal const portal = portal_of(arguments);
    pg([&] { SPI_cursor_close(portal); });
    arguments.GetReturnValue().Set(1);
}

// Only prepare() and cursor() make these; an object without a plan behind it would be a trap.
void refuse_construction(const Arguments &)
{
    fail(ERRCODE_WRONG_OBJECT_TYPE, "Illegal constructor");
}

Local<v8::FunctionTemplate> make_template(const char *name, int fields)
{
    Local<v8::FunctionTemplate> const made = v8::FunctionTemplate::New(isolate, callback<refuse_construction>);
    made->SetClassName(js_literal(name));
    made->InstanceTemplate()->SetInternalFieldCount(fields);
    made->PrototypeTemplate()->Set(v8::Symbol::GetToStringTag(isolate), js_literal(name),
                                   static_cast<v8::PropertyAttribute>(v8::ReadOnly | v8::DontEnum));
    return made;
}

Local<v8::FunctionTemplate> plan_template()
{
    auto &kept = isolate_data().plan;
    if (!kept.IsEmpty())
        return kept.Get(isolate);
    Local<v8::FunctionTemplate> const made = make_template("PreparedPlan", 1);
    made->PrototypeTemplate()->Set(isolate, "execute", function_template<plan_execute>(isolate));
    made->PrototypeTemplate()->Set(isolate, "cursor", function_template<plan_cursor>(isolate));
    made->PrototypeTemplate()->Set(isolate, "free", function_template<plan_free>(isolate));
    kept.Reset(isolate, made);
    return made;
}

Local<v8::FunctionTemplate> cursor_template()
{
    auto &kept = isolate_data().cursor;
    if (!kept.IsEmpty())
        return kept.Get(isolate);
    Local<v8::FunctionTemplate> const made = make_template("Cursor", 1);
    made->PrototypeTemplate()->Set(isolate, "fetch", function_template<cursor_fetch>(isolate));
    made->PrototypeTemplate()->Set(isolate, "move", function_template<cursor_move>(isolate));
    made->PrototypeTemplate()->Set(isolate, "close", function_template<cursor_close>(isolate));
    kept.Reset(isolate, made);
    return made;
}

// The plan's own memory, and in it the types that were named.
void take_types(Plan *plan, const std::vector<char *> &names)
{
    plan->count = static_cast<int>(names.size());
    pg([&] { plan->types = static_cast<Oid *>(MemoryContextAllocZero(plan->memory, sizeof(Oid) * (names.size() + 1))); });
    for (size_t i = 0; i < names.size(); ++i)
        pg([&] {
            int32 modifier;
#if PG_VERSION_NUM >= 160000
            parseTypeString(names[i], &plan->types[i], &modifier, nullptr);
#else
            parseTypeString(names[i], &plan->types[i], &modifier, false);
#endif
        });
}

void save(Plan *plan, SPIPlanPtr unsaved)
{
    pg([&] {
        if (SPI_keepplan(unsaved) != 0)
            elog(ERROR, "could not keep the plan");
    });
    plan->saved = unsaved;
}

}  // namespace

void abandon_plans()
{
    abandoned.clear();
}

void prepare(const Arguments &arguments)
{
    dispose_abandoned();
    char *const sql = text_of(arguments[0]);
    bool const typed = arguments.Length() > 1;
    std::vector<char *> names;
    for (Local<Value> const name : values_of(arguments, 1))
        names.push_back(text_of(name));
    current_frame->connect();

    auto plan = std::make_unique<Plan>();
    plan->memory = pg([] { return AllocSetContextCreate(TopMemoryContext, "PL/v8 plan", ALLOCSET_SMALL_SIZES); });
    try {
        within_subtransaction([&] {
            if (typed) {
                take_types(plan.get(), names);
                SPIPlanPtr const made = pg([&] {
                    SPIPlanPtr const result = SPI_prepare(sql, plan->count, plan->types);
                    if (result == nullptr)
                        elog(ERROR, "could not prepare the query: %s", SPI_result_code_string(SPI_result));
                    return result;
                });
                save(plan.get(), made);
                return true;
            }
            // A plan is parsed again when what it uses has changed: then, too, it needs the types.
            MemoryContext const before = MemoryContextSwitchTo(plan->memory);
            auto *const parameters = new_parameters();
            SPIPlanPtr const made = prepare_untyped(sql, parameters);
            MemoryContextSwitchTo(before);
            plan->types = parameters->types;
            plan->count = parameters->count;
            save(plan.get(), made);
            return true;
        });
    } catch (...) {
        dispose(plan.release());
        throw;
    }

    Local<Context> const context = isolate->GetCurrentContext();
    Local<Object> object;
    if (!plan_template()->InstanceTemplate()->NewInstance(context).ToLocal(&object)) {
        dispose(plan.release());
        throw JsPending{};
    }
    object->SetAlignedPointerInInternalField(0, plan.get());
    plan->object.Reset(isolate, object);
    plan->object.SetWeak(plan.get(), collected, v8::WeakCallbackType::kParameter);
    isolate->AdjustAmountOfExternalAllocatedMemory(weight);
    plan->counted = true;
    plan.release();
    arguments.GetReturnValue().Set(object);
}

}  // namespace engine
