#include "types.h"

#include "call.h"
#include "errors.h"
#include "functions.h"

namespace engine {
namespace {

auto &types = *new std::unordered_map<Oid, Type *>;
MemoryContext memory = nullptr;
bool changed = false;

struct Description {
    Oid base;
    char category;
    char kind;
    Oid element;
    int16 length;
    bool by_value;
    char alignment;
    NameData name;
};

Description describe(Oid oid)
{
    return pg([&] {
        Description result = {};
        HeapTuple const tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(oid));
        if (!HeapTupleIsValid(tuple))
            elog(ERROR, "cache lookup failed for type %u", oid);
        auto const *const form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
        result.kind = form->typtype;
        result.category = form->typcategory;
        result.length = form->typlen;
        result.by_value = form->typbyval;
        result.alignment = form->typalign;
        result.name = form->typname;
        ReleaseSysCache(tuple);
        result.base = result.kind == TYPTYPE_DOMAIN ? getBaseType(oid) : oid;
        result.element = get_element_type(result.base);
        return result;
    });
}

bool is_typed_array(const Description &type)
{
    if (type.kind != TYPTYPE_DOMAIN)
        return false;
    char const *const name = NameStr(type.name);
    return (type.element == INT2OID && strcmp(name, "plv8_int2array") == 0) ||
           (type.element == INT4OID && strcmp(name, "plv8_int4array") == 0) ||
           (type.element == INT8OID && strcmp(name, "plv8_int8array") == 0) ||
           (type.element == FLOAT4OID && strcmp(name, "plv8_float4array") == 0) ||
           (type.element == FLOAT8OID && strcmp(name, "plv8_float8array") == 0);
}

Kind kind_of(Oid oid, const Description &type)
{
    switch (oid) {
    case BOOLOID: return Kind::boolean;
    case INT2OID: return Kind::int2;
    case INT4OID: return Kind::int4;
    case INT8OID: return Kind::int8;
    case OIDOID: return Kind::oid;
    case FLOAT4OID: return Kind::float4;
    case FLOAT8OID: return Kind::float8;
    case NUMERICOID: return Kind::numeric;
    case DATEOID: return Kind::date;
    case TIMESTAMPOID:
    case TIMESTAMPTZOID: return Kind::timestamp;
    case TEXTOID:
    case VARCHAROID:
    case BPCHAROID: return Kind::text;
    case BYTEAOID: return Kind::bytea;
    case JSONOID: return Kind::json;
    case JSONBOID: return Kind::jsonb;
    case RECORDOID: return Kind::row;
    case RECORDARRAYOID: return Kind::array;
    case INTERNALOID: return Kind::none;
    default: break;
    }
    if (OidIsValid(type.element))
        return is_typed_array(type) ? Kind::typed_array : Kind::array;
    if (type.kind == TYPTYPE_COMPOSITE ||
        (type.kind == TYPTYPE_DOMAIN && type.category == TYPCATEGORY_COMPOSITE))
        return Kind::row;
    return Kind::other;
}

Type *make(Oid oid)
{
    Description const description = describe(oid);
    auto *const type = pg([] { return static_cast<Type *>(MemoryContextAllocZero(type_memory(), sizeof(Type))); });
    type->oid = oid;
    type->kind = kind_of(oid, description);
    type->length = description.length;
    type->by_value = description.by_value;
    type->alignment = description.alignment;
    types[oid] = type;
    if (type->kind == Kind::array || type->kind == Kind::typed_array)
        type->element = type_of(oid == RECORDARRAYOID ? RECORDOID : description.element);
    if (description.kind == TYPTYPE_DOMAIN)
        type->domain = oid;
    if (type->kind == Kind::array || type->kind == Kind::row)
        type->oid = description.base;
    return type;
}

}  // namespace

MemoryContext type_memory()
{
    if (memory == nullptr)
        memory = AllocSetContextCreate(TopMemoryContext, "PL/v8 types", ALLOCSET_DEFAULT_SIZES);
    return memory;
}

Type *type_of(Oid oid)
{
    auto const found = types.find(oid);
    return found != types.end() ? found->second : make(oid);
}

void types_changed()
{
    changed = true;
}

void refresh_types()
{
    if (!changed || current_frame != nullptr)
        return;
    changed = false;
    types.clear();
    if (memory != nullptr)
        pg([] { MemoryContextReset(memory); });
    ++catalog_generation;
}

void resolve_types(CallSite *site, FunctionCallInfo fcinfo)
{
    Oid *declared = nullptr;
    int count = 0;
    pg([&] { get_func_signature(fcinfo->flinfo->fn_oid, &declared, &count); });
    for (int i = 0; i < site->count; ++i) {
        Oid oid = i < count ? declared[i] : InvalidOid;
        if (!OidIsValid(oid) || IsPolymorphicType(oid) || oid == ANYOID)
            oid = pg([&] { return get_fn_expr_argtype(fcinfo->flinfo, i); });
        if (!OidIsValid(oid))
            fail(ERRCODE_INDETERMINATE_DATATYPE, "could not determine the actual type of argument %d", i + 1);
        site->arguments[i] = type_of(oid);
    }
    bool const checked_row = site->class_ == TYPEFUNC_COMPOSITE_DOMAIN;
    if (checked_row && site->returns_set)
        fail(ERRCODE_FEATURE_NOT_SUPPORTED, "sets of a domain over a row type are not supported by this engine");
    if (checked_row)
        site->columns = nullptr;
    if (site->result_oid == VOIDOID || site->anonymous || site->columns != nullptr)
        return;
    site->result = type_of(site->result_oid);
}

}  // namespace engine
