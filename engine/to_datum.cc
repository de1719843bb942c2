#include "to_datum.h"

#include "errors.h"
#include "isolate.h"
#include "realm.h"
#include "rows.h"

#include <cfloat>
#include <limits>

extern "C" {
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
}

namespace engine {
namespace {

constexpr double milliseconds_per_day = 86400000.0;
constexpr double postgres_epoch = (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * milliseconds_per_day;

Local<JsString> string_of(Local<Value> value)
{
    Local<JsString> text;
    if (!value->ToString(isolate->GetCurrentContext()).ToLocal(&text))
        throw JsPending{};
    return text;
}

// The string as UTF-8 after `header` bytes. Half of a surrogate pair and NUL are no text for PostgreSQL.
char *utf8_of(Local<JsString> text, size_t header, size_t *length)
{
    size_t const size = text->Utf8Length(isolate);
    char *const buffer = pg([&] { return static_cast<char *>(palloc(header + size + 1)); });
    char *const data = buffer + header;
    text->WriteUtf8(isolate, data, size, nullptr, JsString::NO_NULL_TERMINATION);
    data[size] = '\0';
    pg([&] { pg_verify_mbstr(PG_UTF8, data, size, false); });
    *length = size;
    return buffer;
}

double number_of(Local<Value> value)
{
    return value.As<v8::Number>()->Value();
}

[[noreturn]] void out_of_range(Local<Value> value, const char *type)
{
    fail(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value \"%s\" is out of range for type %s",
         message_of(value).c_str(), type);
}

// Fractions are cut off, as ever in PL/v8; what does not fit is not.
template <typename Integer>
Integer integer_of(Local<Value> value, const char *type)
{
    double const number = std::trunc(number_of(value));
    // The upper bound as a power of two: the largest int8 is no double.
    double const beyond = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
    double const least = static_cast<double>(std::numeric_limits<Integer>::min());
    if (!(number >= least && number < beyond))
        out_of_range(value, type);
    return static_cast<Integer>(number);
}

Datum text_to_datum(Local<Value> value)
{
    size_t length;
    if (GetDatabaseEncoding() == PG_UTF8) {
        char *const text = utf8_of(string_of(value), VARHDRSZ, &length);
        SET_VARSIZE(text, VARHDRSZ + length);
        return PointerGetDatum(text);
    }
    char *const text = text_of(value, &length);
    return pg([&] { return PointerGetDatum(cstring_to_text_with_len(text, length)); });
}

// Any other type reads the value's text form with its input function.
Datum input_to_datum(Local<Value> value, Type *type)
{
    char *const text = text_of(value);
    Datum const result = pg([&] {
        if (!type->input_ready) {
            Oid function;
            getTypeInputInfo(type->oid, &function, &type->input_parameter);
            fmgr_info_cxt(function, &type->input, type_memory());
            type->input_ready = true;
        }
        return InputFunctionCall(&type->input, text, type->input_parameter, -1);
    });
    return result;
}

Datum bytes_to_datum(Local<Value> value, Type *type)
{
    size_t size;
    const void *data = nullptr;
    if (value->IsArrayBufferView()) {
        size = value.As<v8::ArrayBufferView>()->ByteLength();
    } else if (value->IsArrayBuffer()) {
        size = value.As<v8::ArrayBuffer>()->ByteLength();
        data = value.As<v8::ArrayBuffer>()->Data();
    } else if (value->IsObject()) {
        fail(ERRCODE_DATATYPE_MISMATCH, "value is not a typed array, an ArrayBuffer or a string");
    } else {
        return input_to_datum(value, type);
    }
    char *const result = pg([&] { return static_cast<char *>(palloc(VARHDRSZ + size)); });
    SET_VARSIZE(result, VARHDRSZ + size);
    if (value->IsArrayBufferView())
        value.As<v8::ArrayBufferView>()->CopyContents(result + VARHDRSZ, size);
    else if (size > 0)
        memcpy(result + VARHDRSZ, data, size);
    return PointerGetDatum(result);
}

// JSON.stringify(value); empty where that is undefined.
MaybeLocal<JsString> json_of(Local<Value> value)
{
    if (value->IsFunction() || value->IsSymbol())
        return {};
    Local<JsString> text;
    if (!v8::JSON::Stringify(isolate->GetCurrentContext(), value).ToLocal(&text))
        throw JsPending{};
    return text;
}

Datum json_to_datum(Local<Value> value, Type *type, bool *is_null)
{
    if (!value->IsObject())
        return input_to_datum(value, type);
    Local<JsString> text;
    *is_null = !json_of(value).ToLocal(&text);
    return *is_null ? 0 : input_to_datum(text, type);
}

// Whether JSON.stringify has just failed because of a BigInt.
bool met_bigint(const v8::TryCatch &caught)
{
    return caught.HasCaught() && !caught.HasTerminated() && caught.Exception()->IsNativeError() &&
           message_of(caught.Exception()).find("BigInt") != std::string::npos;
}

Datum jsonb_to_datum(Local<Value> value, Type *type, bool *is_null)
{
    Local<Context> const context = isolate->GetCurrentContext();
    Local<Value> text;
    {
        v8::TryCatch caught(isolate);
        if (value->IsFunction() || value->IsSymbol()) {
            *is_null = true;
            return 0;
        }
        Local<JsString> plain;
        if (!value->IsBigInt() && v8::JSON::Stringify(context, value).ToLocal(&plain)) {
            text = plain;
        } else if (!value->IsBigInt() && !met_bigint(caught)) {
            caught.ReThrow();
            throw JsPending{};
        }
    }
    // BigInt has no form in JSON; like every int8 in PL/v8's jsonb it becomes a string.
    if (text.IsEmpty() &&
        !current_realm()->stringify_bigint.Get(isolate)
             ->Call(context, v8::Undefined(isolate), 1, &value).ToLocal(&text))
        throw JsPending{};
    *is_null = text->IsUndefined();
    return *is_null ? 0 : input_to_datum(text, type);
}

bool matches(Local<Value> value, Kind element)
{
    switch (element) {
    case Kind::int2: return value->IsInt16Array();
    case Kind::int4: return value->IsInt32Array();
    case Kind::int8: return value->IsBigInt64Array();
    case Kind::float4: return value->IsFloat32Array();
    case Kind::float8: return value->IsFloat64Array();
    default: return false;
    }
}

Datum typed_array_to_datum(Local<v8::TypedArray> value, Type *element)
{
    size_t const count = value->Length();
    size_t const size = value->ByteLength();
    ArrayType *const array = pg([&] {
        if (count == 0)
            return construct_empty_array(element->oid);
        size_t const total = ARR_OVERHEAD_NONULLS(1) + size;
        auto *const made = static_cast<ArrayType *>(palloc(total));
        SET_VARSIZE(made, total);
        made->ndim = 1;
        made->dataoffset = 0;
        made->elemtype = element->oid;
        ARR_DIMS(made)[0] = static_cast<int>(count);
        ARR_LBOUND(made)[0] = 1;
        return made;
    });
    value->CopyContents(ARR_DATA_PTR(array), size);
    return PointerGetDatum(array);
}

Datum array_to_datum(Local<Value> value, Type *type)
{
    Type *const element = type->element;
    if (matches(value, element->kind))
        return typed_array_to_datum(value.As<v8::TypedArray>(), element);
    if (!value->IsArray() && !value->IsTypedArray())
        fail(ERRCODE_DATATYPE_MISMATCH, "value is not an Array");

    Local<Context> const context = isolate->GetCurrentContext();
    Local<Object> const items = value.As<Object>();
    size_t const count =
        value->IsArray() ? value.As<v8::Array>()->Length() : value.As<v8::TypedArray>()->Length();
    if (count > MaxArraySize)
        fail(ERRCODE_PROGRAM_LIMIT_EXCEEDED, "array of %zu elements exceeds the maximum of %d",
             count, static_cast<int>(MaxArraySize));
    auto *const values = pg([&] {
        return static_cast<Datum *>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (count + 1)));
    });
    auto *const nulls = pg([&] { return static_cast<bool *>(palloc(count + 1)); });
    for (size_t i = 0; i < count; ++i) {
        HandleScope scope(isolate);
        Local<Value> item;
        if (!items->Get(context, static_cast<uint32_t>(i)).ToLocal(&item))
            throw JsPending{};
        if (item->IsArray() && element->kind != Kind::json && element->kind != Kind::jsonb)
            fail(ERRCODE_FEATURE_NOT_SUPPORTED, "arrays of several dimensions are not supported by this engine");
        values[i] = to_datum(item, element, &nulls[i]);
    }
    Datum const result = pg([&] {
        if (count == 0)
            return PointerGetDatum(construct_empty_array(element->oid));
        int dimensions[] = {static_cast<int>(count)};
        int bounds[] = {1};
        return PointerGetDatum(construct_md_array(values, nulls, 1, dimensions, bounds, element->oid,
                                                  element->length, element->by_value, element->alignment));
    });
    pfree(values);
    pfree(nulls);
    return result;
}

Datum row_to_datum(Local<Value> value, Type *type)
{
    if (type->oid == RECORDOID)
        fail(ERRCODE_FEATURE_NOT_SUPPORTED, "input of anonymous composite types is not implemented");
    TupleDesc const columns = pg([&] {
        check_stack_depth();
        return lookup_rowtype_tupdesc_copy(type->oid, -1);
    });
    RowWriter writer(columns, false);
    writer.take(value);
    return pg([&] { return HeapTupleGetDatum(heap_form_tuple(columns, writer.values(), writer.nulls())); });
}

Datum date_to_datum(Local<Value> value)
{
    double const time = value.As<v8::Date>()->ValueOf();
    double const days = std::floor((time - postgres_epoch) / milliseconds_per_day);
    if (!(days >= DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE && days < DATE_END_JULIAN - POSTGRES_EPOCH_JDATE))
        fail(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range: \"%s\"", message_of(value).c_str());
    return DateADTGetDatum(static_cast<DateADT>(days));
}

Datum timestamp_to_datum(Local<Value> value)
{
    double const microseconds = (value.As<v8::Date>()->ValueOf() - postgres_epoch) * 1000.0;
    if (!(microseconds >= MIN_TIMESTAMP && microseconds < END_TIMESTAMP))
        fail(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "timestamp out of range: \"%s\"", message_of(value).c_str());
    return TimestampGetDatum(static_cast<Timestamp>(microseconds));
}

Datum int8_of_bigint(Local<Value> value)
{
    bool lossless;
    int64_t const number = value.As<v8::BigInt>()->Int64Value(&lossless);
    if (!lossless)
        out_of_range(value, "bigint");
    return Int64GetDatum(number);
}

Datum float4_of(Local<Value> value)
{
    double const number = number_of(value);
    if (std::isfinite(number) && !std::isfinite(static_cast<float>(number)))
        out_of_range(value, "real");
    return Float4GetDatum(static_cast<float>(number));
}

// The value by its own nature; false where only its text form can serve.
bool direct(Local<Value> value, Type *type, Datum *result)
{
    bool const number = value->IsNumber();
    switch (type->kind) {
    case Kind::boolean:
        if (!value->IsBoolean())
            return false;
        *result = BoolGetDatum(value->IsTrue());
        return true;
    case Kind::int2:
        if (number)
            *result = Int16GetDatum(integer_of<int16>(value, "smallint"));
        return number;
    case Kind::int4:
        if (number)
            *result = Int32GetDatum(integer_of<int32>(value, "integer"));
        return number;
    case Kind::int8:
        if (value->IsBigInt())
            *result = int8_of_bigint(value);
        else if (number)
            *result = Int64GetDatum(integer_of<int64>(value, "bigint"));
        return number || value->IsBigInt();
    case Kind::oid:
        if (number)
            *result = ObjectIdGetDatum(integer_of<uint32>(value, "oid"));
        return number;
    case Kind::float4:
        if (number)
            *result = float4_of(value);
        return number;
    case Kind::float8:
        if (number)
            *result = Float8GetDatum(number_of(value));
        return number;
    case Kind::numeric:
        if (number)
            *result = pg([&] { return DirectFunctionCall1(float8_numeric, Float8GetDatum(number_of(value))); });
        return number;
    case Kind::date:
        if (value->IsDate())
            *result = date_to_datum(value);
        return value->IsDate();
    case Kind::timestamp:
        if (value->IsDate())
            *result = timestamp_to_datum(value);
        return value->IsDate();
    default:
        return false;
    }
}

Datum checked(Datum value, bool is_null, Type *type)
{
    if (OidIsValid(type->domain))
        pg([&] { domain_check(value, is_null, type->domain, &type->domain_state, type_memory()); });
    return value;
}

}  // namespace

Datum to_datum(Local<Value> value, Type *type, bool *is_null)
{
    *is_null = value->IsNullOrUndefined();
    if (*is_null)
        return checked(0, true, type);
    Datum result = 0;
    if (direct(value, type, &result))
        return result;
    switch (type->kind) {
    case Kind::text:
        return text_to_datum(value);
    case Kind::bytea:
        return bytes_to_datum(value, type);
    case Kind::json:
        return json_to_datum(value, type, is_null);
    case Kind::jsonb:
        return jsonb_to_datum(value, type, is_null);
    case Kind::array:
    case Kind::typed_array:
        return checked(array_to_datum(value, type), false, type);
    case Kind::row:
        return checked(row_to_datum(value, type), false, type);
    default:
        return input_to_datum(value, type);
    }
}

char *text_of(Local<Value> value, size_t *length)
{
    size_t size;
    char *const utf8 = utf8_of(string_of(value), 0, &size);
    char *result = utf8;
    if (GetDatabaseEncoding() != PG_UTF8) {
        result = pg([&] { return pg_any_to_server(utf8, size, PG_UTF8); });
        if (result != utf8)
            size = strlen(result);
    }
    if (length != nullptr)
        *length = size;
    return result;
}

std::string message_of(Local<Value> value)
{
    v8::TryCatch caught(isolate);
    Local<JsString> text;
    if (!value->ToString(isolate->GetCurrentContext()).ToLocal(&text))
        return {};
    std::string message(text->Utf8Length(isolate), ' ');
    text->WriteUtf8(isolate, message.data(), message.size(), nullptr,
                    JsString::NO_NULL_TERMINATION | JsString::REPLACE_INVALID_UTF8);
    // A NUL would end the message.
    for (char &byte : message)
        if (byte == '\0')
            byte = ' ';
    if (GetDatabaseEncoding() == PG_UTF8)
        return message;
    try {
        return pg([&] { return pg_any_to_server(message.c_str(), message.size(), PG_UTF8); });
    } catch (const PgError &error) {
        release_error(error);
        return "(a message that the database's encoding cannot hold)";
    }
}

}  // namespace engine
