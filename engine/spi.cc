#include "spi.h"

#include "call.h"
#include "errors.h"
#include "isolate.h"
#include "params.h"
#include "rows.h"
#include "to_datum.h"

namespace engine {
namespace {

bool broken = false;

Local<Value> rows_of(SPITupleTable *table)
{
    RowReader reader(table->tupdesc);
    std::vector<Local<Value>> rows(table->numvals);
    for (uint64 i = 0; i < table->numvals; ++i) {
        rows[i] = reader.read(table->vals[i]);
        // Making objects runs no JavaScript that would notice.
        if (stopping())
            throw JsPending{};
    }
    return v8::Array::New(isolate, rows.data(), rows.size());
}

// A plan for one query.
struct PassingPlan {
    SPIPlanPtr pointer = nullptr;

    ~PassingPlan()
    {
        if (pointer != nullptr)
            SPI_freeplan(pointer);
    }
};

MaybeLocal<Value> call(Local<v8::Function> function)
{
    InsideV8 const inside(true);
    return function->Call(isolate->GetCurrentContext(), function, 0, nullptr);
}

void end_transaction(void (*end)(), const char *what)
{
    if (!current_frame->nonatomic)
        fail(ERRCODE_INVALID_TRANSACTION_TERMINATION, "invalid transaction termination: plv8.%s", what);
    current_frame->connect();
    pg([&] { end(); });
}

}  // namespace

Subtransaction::Subtransaction() : memory_(CurrentMemoryContext), owner_(CurrentResourceOwner)
{
    broken = false;
    if (IsInParallelMode())
        return;
    pg([] { BeginInternalSubTransaction(nullptr); });
    active_ = true;
}

void Subtransaction::commit()
{
    if (isolate_lost)
        fail(ERRCODE_OUT_OF_MEMORY, "Out of memory error");
    if (!active_)
        return;
    pg([] { ReleaseCurrentSubTransaction(); });
    active_ = false;
    CurrentResourceOwner = owner_;
}

void Subtransaction::rollback()
{
    if (!active_) {
        broken = true;
        return;
    }
    active_ = false;
    MemoryContextSwitchTo(memory_);
    pg([] { RollbackAndReleaseCurrentSubTransaction(); });
    CurrentResourceOwner = owner_;
}

bool must_abort()
{
    return broken && IsInParallelMode();
}

Local<Value> result_of(int status)
{
    if (status < 0)
        fail(ERRCODE_INTERNAL_ERROR, "%s", SPI_result_code_string(status));
    SPITupleTable *const table = SPI_tuptable;
    if (table == nullptr)
        return v8::Number::New(isolate, static_cast<double>(SPI_processed));
    Local<Value> const rows = rows_of(table);
    pg([&] { SPI_freetuptable(table); });
    return rows;
}

void execute(const Arguments &arguments)
{
    if (arguments.Length() < 1)
        return;
    char *const sql = text_of(arguments[0]);
    std::vector<Local<Value>> const values = values_of(arguments, 1);
    current_frame->connect();
    // SPI would keep it until the function ends, also after an error that JavaScript catches.
    PassingPlan plan;
    Local<Value> const result = within_subtransaction([&] {
        if (values.empty()) {
            int const status = pg([&] { return SPI_execute(sql, false, 0); });
            return result_of(status);
        }
        auto *const parameters = new_parameters();
        plan.pointer = prepare_untyped(sql, parameters);
        if (parameters->count != static_cast<int>(values.size()))
            fail(ERRCODE_UNDEFINED_PARAMETER, "parameter numbers mismatch: %d != %d",
                 parameters->count, static_cast<int>(values.size()));
        ParamListInfo const list = parameter_list(values, parameters->types);
        int const status = pg([&] { return SPI_execute_plan_with_paramlist(plan.pointer, list, false, 0); });
        return result_of(status);
    });
    arguments.GetReturnValue().Set(result);
}

void subtransaction(const Arguments &arguments)
{
    if (arguments.Length() < 1 || !arguments[0]->IsFunction())
        return;
    Local<Context> const context = isolate->GetCurrentContext();
    // SPI must be connected outside, or the subtransaction's end would disconnect it.
    current_frame->connect();
    if (IsInParallelMode())
        fail(ERRCODE_INVALID_TRANSACTION_STATE, "cannot start subtransactions during a parallel operation");
    Subtransaction block;
    Local<Value> exception;
    {
        v8::TryCatch caught(isolate);
        Local<Value> result;
        if (call(arguments[0].As<v8::Function>()).ToLocal(&result) && !stopping()) {
            block.commit();
            arguments.GetReturnValue().Set(result);
            return;
        }
        block.rollback();
        if (stopping() || caught.HasTerminated()) {
            // Not rethrown: what is told to stop is no exception that JavaScript may catch.
            isolate->TerminateExecution();
            throw JsPending{};
        }
        exception = caught.Exception();
    }
    // The query belongs to the block that is undone; the error is reported where the block stands.
    if (exception->IsObject()) {
        v8::TryCatch ignored(isolate);
        Local<Object> const object = exception.As<Object>();
        if (object->HasOwnProperty(context, js_literal("sqlerrcode")).FromMaybe(false))
            object->Set(context, js_literal("context"), v8::Null(isolate)).FromMaybe(false);
    }
    isolate->ThrowException(exception);
    throw JsPending{};
}

void commit(const Arguments &)
{
    end_transaction(SPI_commit, "commit");
}

void rollback(const Arguments &)
{
    end_transaction(SPI_rollback, "rollback");
}

}  // namespace engine
