#include "rows.h"

#include "errors.h"
#include "isolate.h"
#include "to_datum.h"
#include "to_js.h"

extern "C" {
#include "parser/parse_coerce.h"
}

namespace engine {
namespace {

// Names and types by column; empty and null for a dropped one.
void describe(TupleDesc columns, std::vector<Local<JsString>> &names, std::vector<Type *> &types)
{
    names.resize(columns->natts);
    types.resize(columns->natts);
    for (int i = 0; i < columns->natts; ++i) {
        Form_pg_attribute const column = TupleDescAttr(columns, i);
        if (column->attisdropped)
            continue;
        char const *const name = NameStr(column->attname);
        names[i] = text_to_js(name, strlen(name));
        types[i] = type_of(column->atttypid);
    }
}

// The function that enforces a column's length, precision or scale, which a value's type alone does not have.
Oid limit_of(Form_pg_attribute column)
{
    if (column->attisdropped || column->atttypmod < 0)
        return InvalidOid;
    return pg([&] {
        Oid function = InvalidOid;
        find_typmod_coercion_function(column->atttypid, &function);
        return function;
    });
}

Datum limited(Datum value, Oid function, Form_pg_attribute column)
{
    return pg([&] {
        if (!OidIsValid(get_element_type(column->atttypid)))
            return OidFunctionCall3(function, value, Int32GetDatum(column->atttypmod), BoolGetDatum(false));
        // The function is for elements; an array's input applies it to each.
        Oid output;
        Oid input;
        Oid parameter;
        bool is_varlena;
        getTypeOutputInfo(column->atttypid, &output, &is_varlena);
        getTypeInputInfo(column->atttypid, &input, &parameter);
        return OidInputFunctionCall(input, OidOutputFunctionCall(output, value), parameter, column->atttypmod);
    });
}

}  // namespace

RowReader::RowReader(TupleDesc columns)
    : columns_(columns), values_(columns->natts), nulls_(columns->natts)
{
    describe(columns_, names_, types_);
}

Local<Object> RowReader::read(HeapTuple tuple)
{
    Local<Context> const context = isolate->GetCurrentContext();
    heap_deform_tuple(tuple, columns_, values_.data(), reinterpret_cast<bool *>(nulls_.data()));
    Local<Object> const row = Object::New(isolate);
    for (int i = 0; i < columns_->natts; ++i) {
        if (types_[i] == nullptr)
            continue;
        // Not Set: a column may be called __proto__.
        if (row->CreateDataProperty(context, names_[i], to_js(values_[i], nulls_[i], types_[i])).IsNothing())
            throw JsPending{};
    }
    return row;
}

RowWriter::RowWriter(TupleDesc columns, bool scalar)
    : columns_(columns), scalar_(scalar), limits_(columns->natts), values_(columns->natts), nulls_(columns->natts)
{
    describe(columns_, names_, types_);
    for (int i = 0; i < columns->natts; ++i)
        limits_[i] = limit_of(TupleDescAttr(columns, i));
}

void RowWriter::take(Local<Value> value)
{
    Local<Context> const context = isolate->GetCurrentContext();
    if (scalar_) {
        values_[0] = to_datum(value, types_[0], &nulls()[0]);
        return;
    }
    if (!value->IsObject())
        fail(ERRCODE_DATATYPE_MISMATCH, "argument must be an object");
    Local<Object> const row = value.As<Object>();
    for (int i = 0; i < columns_->natts; ++i) {
        if (types_[i] == nullptr) {
            nulls_[i] = true;
            continue;
        }
        Local<Value> field;
        if (!row->Get(context, names_[i]).ToLocal(&field))
            throw JsPending{};
        if (field->IsUndefined()) {
            v8::Maybe<bool> const present = row->Has(context, names_[i]);
            if (present.IsNothing())
                throw JsPending{};
            if (!present.FromJust())
                fail(ERRCODE_DATATYPE_MISMATCH, "field name / property name mismatch");
        }
        values_[i] = to_datum(field, types_[i], &nulls()[i]);
        if (OidIsValid(limits_[i]) && !nulls_[i])
            values_[i] = limited(values_[i], limits_[i], TupleDescAttr(columns_, i));
    }
}

RowSink::RowSink(FunctionCallInfo fcinfo, bool scalar)
{
    pg([&] {
        MemoryContext const call = CurrentMemoryContext;
        auto *const info = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
        if (info == nullptr || !IsA(info, ReturnSetInfo))
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg("set-valued function called in context that cannot accept a set")));
        if (!(info->allowedModes & SFRM_Materialize))
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg("materialize mode required, but it is not allowed in this context")));
        if (info->expectedDesc == nullptr)
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg("function returning record called in context that cannot accept type record")));
        MemoryContextSwitchTo(info->econtext->ecxt_per_query_memory);
        columns_ = CreateTupleDescCopy(info->expectedDesc);
        store_ = tuplestore_begin_heap((info->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
        info->returnMode = SFRM_Materialize;
        info->setResult = store_;
        info->setDesc = columns_;
        memory_ = AllocSetContextCreate(call, "PL/v8 row", ALLOCSET_DEFAULT_SIZES);
    });
    writer_ = std::make_unique<RowWriter>(columns_, scalar);
}

RowSink::~RowSink()
{
    if (memory_ != nullptr)
        MemoryContextDelete(memory_);
}

void RowSink::put(Local<Value> value)
{
    HandleScope scope(isolate);
    MemoryContext const before = MemoryContextSwitchTo(memory_);
    try {
        writer_->take(value);
        pg([&] { tuplestore_putvalues(store_, columns_, writer_->values(), writer_->nulls()); });
    } catch (...) {
        MemoryContextSwitchTo(before);
        throw;
    }
    MemoryContextSwitchTo(before);
    MemoryContextReset(memory_);
}

}  // namespace engine
