#include "functions.h"

#include "errors.h"
#include "isolate.h"
#include "realm.h"
#include "to_js.h"
#include "types.h"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "commands/proclang.h"
#include "utils/acl.h"
#include "utils/inval.h"
}

namespace engine {

uint64 catalog_generation = 1;

namespace {

// Every compiled function, so that a change of the catalog reaches all realms.
auto &scripts = *new std::unordered_map<Script *, Realm *>;

constexpr const char *trigger_arguments[] = {
    "NEW", "OLD", "TG_NAME", "TG_WHEN", "TG_LEVEL", "TG_OP",
    "TG_RELID", "TG_TABLE_NAME", "TG_TABLE_SCHEMA", "TG_ARGV"};

void function_changed(Datum, int, uint32 hash)
{
    for (auto const &[script, realm] : scripts)
        if (hash == 0 || script->catalog_hash == hash)
            script->stale = true;
    ++catalog_generation;
}

void type_changed(Datum, int, uint32)
{
    types_changed();
    ++catalog_generation;
}

// What compiling needs of a catalog row, copied out so that no reference to the cache is held.
struct Row {
    char *name;
    char *source;
    int count;
    char **names;
    bool trigger;
    bool window;
    bool out_arguments;
    TransactionId xmin;
    ItemPointerData tid;
};

Row read_row(Oid oid)
{
    return pg([&] {
        Row row = {};
        HeapTuple const tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
        if (!HeapTupleIsValid(tuple))
            elog(ERROR, "cache lookup failed for function %u", oid);
        auto const *const form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
        bool isnull;
        Datum const source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
        if (isnull)
            elog(ERROR, "null prosrc");
        row.name = pstrdup(NameStr(form->proname));
        row.source = TextDatumGetCString(source);
        row.trigger = form->prorettype == TRIGGEROID;
        row.window = form->prokind == PROKIND_WINDOW;
        row.xmin = HeapTupleHeaderGetRawXmin(tuple->t_data);
        row.tid = tuple->t_self;

        Oid *types;
        char **names;
        char *modes;
        int const total = get_func_arg_info(tuple, &types, &names, &modes);
        row.names = static_cast<char **>(palloc0(sizeof(char *) * (total + 1)));
        for (int i = 0; i < total; ++i) {
            char const mode = modes != nullptr ? modes[i] : PROARGMODE_IN;
            row.out_arguments |= mode != PROARGMODE_IN && mode != PROARGMODE_VARIADIC;
            if (mode == PROARGMODE_OUT || mode == PROARGMODE_TABLE)
                continue;
            row.names[row.count++] = names != nullptr && names[i][0] != '\0' ? names[i] : nullptr;
        }
        ReleaseSysCache(tuple);
        return row;
    });
}

bool current(const Script *script)
{
    return pg([&] {
        HeapTuple const tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(script->oid));
        if (!HeapTupleIsValid(tuple))
            return false;
        bool const same = HeapTupleHeaderGetRawXmin(tuple->t_data) == script->xmin &&
                          ItemPointerEquals(&tuple->t_self, const_cast<ItemPointer>(&script->tid));
        ReleaseSysCache(tuple);
        return same;
    });
}

Script *compile_script(Realm *realm, Oid oid)
{
    Row const row = read_row(oid);
    std::vector<std::string> names;
    if (row.trigger) {
        if (row.count != 0)
            fail(ERRCODE_INVALID_FUNCTION_DEFINITION, "trigger function cannot have arguments");
        names.assign(std::begin(trigger_arguments), std::end(trigger_arguments));
    } else {
        for (int i = 0; i < row.count; ++i)
            names.push_back(row.names[i] != nullptr ? row.names[i] : "$" + std::to_string(i + 1));
    }
    HandleScope scope(isolate);
    Context::Scope const inside(realm->context.Get(isolate));
    Local<v8::Function> const function = compile(row.name, row.source, names);

    auto script = std::make_unique<Script>();
    script->oid = oid;
    script->xmin = row.xmin;
    script->tid = row.tid;
    script->catalog_hash = pg([&] { return GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(oid)); });
    script->stale = false;
    script->trigger = row.trigger;
    script->window = row.window;
    script->out_arguments = row.out_arguments;
    script->function.Reset(isolate, function);
    scripts[script.get()] = realm;
    return script.release();
}

}  // namespace

void watch_catalog()
{
    CacheRegisterSyscacheCallback(PROCOID, function_changed, 0);
    CacheRegisterSyscacheCallback(TYPEOID, type_changed, 0);
}

void release_script(Script *script)
{
    scripts.erase(script);
    delete script;
    ++catalog_generation;
}

void abandon_scripts()
{
    scripts.clear();
    ++catalog_generation;
}

Local<v8::Function> compile(const char *name, const char *source, const std::vector<std::string> &arguments)
{
    Local<Context> const context = isolate->GetCurrentContext();
    Local<Value> resource = v8::Undefined(isolate);
    if (name != nullptr)
        resource = text_to_js(name, strlen(name));
    std::vector<Local<JsString>> names;
    for (std::string const &argument : arguments)
        names.push_back(text_to_js(argument.data(), argument.size()));
#if V8_MAJOR_VERSION >= 12
    v8::ScriptOrigin const origin(resource);
#else
    v8::ScriptOrigin const origin(isolate, resource);
#endif
    v8::ScriptCompiler::Source code(text_to_js(source, strlen(source)), origin);
    Local<v8::Function> function;
    v8::TryCatch caught(isolate);
    if (!v8::ScriptCompiler::CompileFunction(context, &code, names.size(), names.data()).ToLocal(&function)) {
        // V8 throws nothing for a name that is not an identifier.
        if (!caught.HasCaught())
            fail(ERRCODE_INVALID_FUNCTION_DEFINITION, "argument names must be JavaScript identifiers");
        caught.ReThrow();
        throw JsPending{};
    }
    if (name != nullptr)
        function->SetName(resource.As<JsString>());
    return function;
}

Script *script_of(Realm *realm, Oid oid)
{
    auto const found = realm->scripts.find(oid);
    if (found != realm->scripts.end()) {
        Script *const script = found->second;
        if (!script->stale)
            return script;
        if (current(script)) {
            script->stale = false;
            return script;
        }
        release_script(script);
        realm->scripts.erase(found);
    }
    Script *const script = compile_script(realm, oid);
    realm->scripts[oid] = script;
    return script;
}

Local<v8::Function> find_function(const char *signature)
{
    Realm *const realm = current_realm();
    Oid const oid = pg([&] {
        auto const lookup = strchr(signature, '(') == nullptr ? regprocin : regprocedurein;
        return DatumGetObjectId(DirectFunctionCall1(lookup, CStringGetDatum(signature)));
    });
    struct Found {
        bool allowed;
        bool ours;
    };
    Found const found = pg([&] {
        Found result;
#if PG_VERSION_NUM >= 160000
        result.allowed = object_aclcheck(ProcedureRelationId, oid, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
#else
        result.allowed = pg_proc_aclcheck(oid, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
#endif
        HeapTuple const tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
        Oid const language =
            HeapTupleIsValid(tuple) ? reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->prolang : InvalidOid;
        if (HeapTupleIsValid(tuple))
            ReleaseSysCache(tuple);
        result.ours = OidIsValid(language) && language == get_language_oid("plv8", true);
        return result;
    });
    if (!found.allowed)
        return {};
    if (!found.ours)
        fail(ERRCODE_UNDEFINED_FUNCTION, "javascript function is not found for \"%s\"", signature);
    return script_of(realm, oid)->function.Get(isolate);
}

CallSite *call_site(Realm *realm, FunctionCallInfo fcinfo)
{
    FmgrInfo *const flinfo = fcinfo->flinfo;
    auto *site = static_cast<CallSite *>(flinfo->fn_extra);
    if (site != nullptr && site->generation == catalog_generation && site->role == realm->role)
        return site;

    Script *const script = script_of(realm, flinfo->fn_oid);
    site = pg([&] {
        auto *const made = static_cast<CallSite *>(MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(CallSite)));
        if (script->trigger)
            return made;
        MemoryContextSwitchTo(flinfo->fn_mcxt);
        Oid result;
        TupleDesc columns = nullptr;
        TypeFuncClass const kind = get_call_result_type(fcinfo, &result, &columns);
        made->returns_set = flinfo->fn_retset;
        made->returns_void = result == VOIDOID;
        made->class_ = kind;
        made->result_oid = result;
        made->anonymous = result == RECORDOID && !script->out_arguments;
        made->columns = columns;
        made->count = fcinfo->nargs;
        made->arguments = static_cast<Type **>(palloc0(sizeof(Type *) * (fcinfo->nargs + 1)));
        return made;
    });
    site->script = script;
    if (!script->trigger)
        resolve_types(site, fcinfo);
    site->role = realm->role;
    site->generation = catalog_generation;
    flinfo->fn_extra = site;
    return site;
}

}  // namespace engine
