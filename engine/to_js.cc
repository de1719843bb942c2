#include "to_js.h"

#include "call.h"
#include "errors.h"
#include "isolate.h"
#include "heap.h"
#include "realm.h"
#include "rows.h"

extern "C" {
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
}

#ifndef DatumGetHeapTupleHeader
// Minor releases of 2026 made this macro a function. The server may be older than the headers are.
#pragma weak DatumGetHeapTupleHeader
#endif

namespace engine {
namespace {

HeapTupleHeader header_of(Datum row)
{
#ifndef DatumGetHeapTupleHeader
    if (DatumGetHeapTupleHeader != nullptr)
        return DatumGetHeapTupleHeader(row);
#endif
    return reinterpret_cast<HeapTupleHeader>(PG_DETOAST_DATUM(row));
}

constexpr double milliseconds_per_day = 86400000.0;
constexpr double postgres_epoch = (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * milliseconds_per_day;

// A value without its storage: compressed and out-of-line forms are undone.
struct varlena *plain(Datum value)
{
    auto *const stored = reinterpret_cast<struct varlena *>(DatumGetPointer(value));
    if (!VARATT_IS_COMPRESSED(stored) && !VARATT_IS_EXTERNAL(stored))
        return stored;
    return pg([&] { return pg_detoast_datum_packed(stored); });
}

void release(struct varlena *plain, Datum value)
{
    if (reinterpret_cast<void *>(plain) != DatumGetPointer(value))
        pfree(plain);
}

Local<Value> date_to_js(double milliseconds)
{
    return v8::Date::New(isolate->GetCurrentContext(), milliseconds).ToLocalChecked();
}

Local<Value> parse_json(Local<JsString> text)
{
    Local<Value> result;
    if (!v8::JSON::Parse(isolate->GetCurrentContext(), text).ToLocal(&result))
        throw JsPending{};
    return result;
}

Local<Value> bytes_to_js(const void *data, size_t size)
{
    Local<v8::ArrayBuffer> const buffer = new_buffer(size);
    memcpy(buffer->Data(), data, size);
    return v8::Uint8Array::New(buffer, 0, size);
}

Local<Value> typed_array(Local<v8::ArrayBuffer> buffer, Kind element, size_t count)
{
    switch (element) {
    case Kind::int2: return v8::Int16Array::New(buffer, 0, count);
    case Kind::int4: return v8::Int32Array::New(buffer, 0, count);
    case Kind::int8: return v8::BigInt64Array::New(buffer, 0, count);
    case Kind::float4: return v8::Float32Array::New(buffer, 0, count);
    default: return v8::Float64Array::New(buffer, 0, count);
    }
}

Local<Value> elements_as_typed_array(ArrayType *array, Type *element)
{
    size_t const count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    size_t const size = count * element->length;
    Local<v8::ArrayBuffer> const buffer = new_buffer(size);
    memcpy(buffer->Data(), ARR_DATA_PTR(array), size);
    return typed_array(buffer, element->kind, count);
}

Local<Value> array_to_js(Datum value, Type *type)
{
    ArrayType *const array = pg([&] { return DatumGetArrayTypeP(value); });
    Type *const element = type->element;
    Local<Value> result;
    if (type->kind == Kind::typed_array) {
        if (ARR_HASNULL(array) || ARR_NDIM(array) > 1)
            fail(ERRCODE_ARRAY_ELEMENT_ERROR,
                 "NULL element, or multi-dimension array not allowed in external array type");
        result = elements_as_typed_array(array, element);
    } else if (!ARR_HASNULL(array) && ARR_NDIM(array) > 0 &&
               (element->kind == Kind::int2 || element->kind == Kind::int4 ||
                element->kind == Kind::float4 || element->kind == Kind::float8)) {
        // Numbers cross as one block, and compiled JavaScript spreads them: far cheaper than one by one.
        Local<Value> typed = elements_as_typed_array(array, element);
        Local<Context> const context = isolate->GetCurrentContext();
        if (!current_realm()->plain_array.Get(isolate)
                 ->Call(context, v8::Undefined(isolate), 1, &typed).ToLocal(&result))
            throw JsPending{};
    } else {
        Datum *values;
        bool *nulls;
        int count;
        pg([&] {
            deconstruct_array(array, ARR_ELEMTYPE(array), element->length, element->by_value,
                              element->alignment, &values, &nulls, &count);
        });
        std::vector<Local<Value>> items(count);
        for (int i = 0; i < count; ++i)
            items[i] = to_js(values[i], nulls[i], element);
        result = v8::Array::New(isolate, items.data(), items.size());
        pfree(values);
        pfree(nulls);
    }
    release(reinterpret_cast<struct varlena *>(array), value);
    return result;
}

Local<Value> row_to_js(Datum value)
{
    struct Opened {
        HeapTupleHeader header;
        TupleDesc columns;
    };
    Opened const opened = pg([&] {
        check_stack_depth();
        Opened result;
        result.header = header_of(value);
        result.columns = lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(result.header),
                                                     HeapTupleHeaderGetTypMod(result.header));
        return result;
    });
    HeapTupleData tuple;
    tuple.t_len = HeapTupleHeaderGetDatumLength(opened.header);
    ItemPointerSetInvalid(&tuple.t_self);
    tuple.t_tableOid = InvalidOid;
    tuple.t_data = opened.header;
    Local<Value> const result = RowReader(opened.columns).read(&tuple);
    FreeTupleDesc(opened.columns);
    return result;
}

Local<Value> output_to_js(Datum value, Type *type)
{
    char *const text = pg([&] {
        if (!type->output_ready) {
            Oid function;
            bool is_varlena;
            getTypeOutputInfo(type->oid, &function, &is_varlena);
            fmgr_info_cxt(function, &type->output, type_memory());
            type->output_ready = true;
        }
        return OutputFunctionCall(&type->output, value);
    });
    Local<Value> const result = text_to_js(text, strlen(text));
    pfree(text);
    return result;
}

}  // namespace

Local<JsString> text_to_js(const char *text, size_t length)
{
    char *converted = const_cast<char *>(text);
    if (GetDatabaseEncoding() != PG_UTF8) {
        converted = pg([&] { return pg_server_to_any(text, length, PG_UTF8); });
        if (converted != text)
            length = strlen(converted);
    }
    Local<JsString> result;
    if (length > static_cast<size_t>(JsString::kMaxLength) ||
        !JsString::NewFromUtf8(isolate, converted, v8::NewStringType::kNormal, length).ToLocal(&result))
        fail(ERRCODE_PROGRAM_LIMIT_EXCEEDED, "text of %zu bytes is too long for a JavaScript string", length);
    if (converted != text)
        pfree(converted);
    return result;
}

Local<Value> to_js(Datum value, bool is_null, Type *type)
{
    if (is_null)
        return v8::Null(isolate);
    switch (type->kind) {
    case Kind::boolean:
        return v8::Boolean::New(isolate, DatumGetBool(value));
    case Kind::int2:
        return v8::Integer::New(isolate, DatumGetInt16(value));
    case Kind::int4:
        return v8::Integer::New(isolate, DatumGetInt32(value));
    case Kind::int8:
        return v8::BigInt::New(isolate, DatumGetInt64(value));
    case Kind::oid:
        return v8::Integer::NewFromUnsigned(isolate, DatumGetObjectId(value));
    case Kind::float4:
        return v8::Number::New(isolate, DatumGetFloat4(value));
    case Kind::float8:
        return v8::Number::New(isolate, DatumGetFloat8(value));
    case Kind::numeric:
        return v8::Number::New(isolate, pg([&] {
            return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, value));
        }));
    case Kind::date: {
        DateADT const date = DatumGetDateADT(value);
        return date_to_js(DATE_NOT_FINITE(date) ? NAN : date * milliseconds_per_day + postgres_epoch);
    }
    case Kind::timestamp: {
        Timestamp const time = DatumGetTimestamp(value);
        return date_to_js(TIMESTAMP_NOT_FINITE(time) ? NAN : time / 1000.0 + postgres_epoch);
    }
    case Kind::text: {
        struct varlena *const text = plain(value);
        Local<Value> const result = text_to_js(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text));
        release(text, value);
        return result;
    }
    case Kind::bytea: {
        struct varlena *const bytes = plain(value);
        Local<Value> const result = bytes_to_js(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
        release(bytes, value);
        return result;
    }
    case Kind::json: {
        struct varlena *const json = plain(value);
        Local<JsString> const text = text_to_js(VARDATA_ANY(json), VARSIZE_ANY_EXHDR(json));
        release(json, value);
        return parse_json(text);
    }
    case Kind::jsonb: {
        char *const json = pg([&] {
            Jsonb *const binary = DatumGetJsonbP(value);
            return JsonbToCString(nullptr, &binary->root, VARSIZE(binary));
        });
        Local<JsString> const text = text_to_js(json, strlen(json));
        pfree(json);
        return parse_json(text);
    }
    case Kind::array:
    case Kind::typed_array:
        return array_to_js(value, type);
    case Kind::row:
        return row_to_js(value);
    case Kind::none:
        return v8::Undefined(isolate);
    case Kind::other:
        return output_to_js(value, type);
    }
    return v8::Undefined(isolate);
}

}  // namespace engine
