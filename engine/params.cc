#include "params.h"

#include "errors.h"
#include "isolate.h"
#include "to_datum.h"

extern "C" {
#include "nodes/nodeFuncs.h"
#include "parser/parse_node.h"
#include "parser/parse_param.h"
}

namespace engine {
namespace {

// The parser's hooks carry PostgreSQL's own state; this says whose parse it is.
Parameters *parsing = nullptr;

Node *find(ParseState *state, ParamRef *reference)
{
    Node *const node = reinterpret_cast<ParseParamRefHook>(parsing->find)(state, reference);
    if (node != nullptr && IsA(node, Param) && castNode(Param, node)->paramtype == UNKNOWNOID)
        parsing->undecided = lappend(parsing->undecided, node);
    return node;
}

// When one reference settles a parameter's type, the references before it follow.
Node *coerce(ParseState *state, Param *parameter, Oid type, int32 modifier, int location)
{
    Node *const node =
        reinterpret_cast<CoerceParamHook>(parsing->coerce)(state, parameter, type, modifier, location);
    if (node == nullptr)
        return node;
    ListCell *cell;
    foreach (cell, parsing->undecided) {
        Param *const earlier = lfirst_node(Param, cell);
        if (earlier->paramid != parameter->paramid || earlier->paramtype != UNKNOWNOID)
            continue;
        earlier->paramtype = type;
        earlier->paramtypmod = -1;
        earlier->paramcollid = get_typcollation(type);
    }
    return node;
}

void set_up(ParseState *state, void *argument)
{
    parsing = static_cast<Parameters *>(argument);
    // Left from the last parse, whose nodes are gone.
    parsing->undecided = NIL;
#if PG_VERSION_NUM >= 150000
    setup_parse_variable_parameters(state, &parsing->types, &parsing->count);
#else
    parse_variable_parameters(state, &parsing->types, &parsing->count);
#endif
    parsing->find = reinterpret_cast<void *>(state->p_paramref_hook);
    parsing->coerce = reinterpret_cast<void *>(state->p_coerce_param_hook);
    state->p_paramref_hook = find;
    state->p_coerce_param_hook = coerce;
}

}  // namespace

Parameters *new_parameters()
{
    return pg([] {
        auto *const parameters = static_cast<Parameters *>(palloc0(sizeof(Parameters)));
        // The parser enlarges an array where it is, but would make one in memory of its own.
        parameters->types = static_cast<Oid *>(palloc0(sizeof(Oid)));
        return parameters;
    });
}

SPIPlanPtr prepare_untyped(const char *sql, Parameters *parameters)
{
    return pg([&] {
        SPIPlanPtr const plan = SPI_prepare_params(sql, set_up, parameters, 0);
        if (plan == nullptr)
            elog(ERROR, "could not prepare the query: %s", SPI_result_code_string(SPI_result));
        // A number that the query skips takes any value.
        for (int i = 0; i < parameters->count; ++i)
            if (!OidIsValid(parameters->types[i]))
                parameters->types[i] = TEXTOID;
        return plan;
    });
}

std::vector<Local<Value>> values_of(const Arguments &arguments, int first)
{
    std::vector<Local<Value>> values;
    if (arguments.Length() > first && arguments[first]->IsArray()) {
        Local<Context> const context = isolate->GetCurrentContext();
        Local<v8::Array> const array = arguments[first].As<v8::Array>();
        values.resize(array->Length());
        for (uint32_t i = 0; i < values.size(); ++i)
            if (!array->Get(context, i).ToLocal(&values[i]))
                throw JsPending{};
        return values;
    }
    for (int i = first; i < arguments.Length(); ++i)
        values.push_back(arguments[i]);
    return values;
}

ParamListInfo parameter_list(const std::vector<Local<Value>> &values, const Oid *types)
{
    int const count = static_cast<int>(values.size());
    if (count == 0)
        return nullptr;
    ParamListInfo const list = pg([&] { return makeParamList(count); });
    for (int i = 0; i < count; ++i) {
        ParamExternData &parameter = list->params[i];
        bool is_null;
        parameter.value = to_datum(values[i], type_of(types[i]), &is_null);
        parameter.isnull = is_null;
        parameter.pflags = PARAM_FLAG_CONST;
        parameter.ptype = types[i];
    }
    return list;
}

}  // namespace engine
