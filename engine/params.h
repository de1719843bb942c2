// Parameters of queries.
#pragma once

#include "engine.h"

extern "C" {
#include "nodes/params.h"
}

namespace engine {

// The types of a query's parameters, as the parser found them; lives as long as the plan.
struct Parameters {
    Oid *types;
    int count;
    // References whose type the parser did not know yet.
    List *undecided;
    // The parser's own hooks, which the engine's call.
    void *find;
    void *coerce;
};

// In the current memory context. Raises PgError.
Parameters *new_parameters();

// Prepares a query whose parameters' types the parser deduces. Raises PgError.
SPIPlanPtr prepare_untyped(const char *sql, Parameters *parameters);

// The values given to a callback from `first` on: one Array, or the arguments themselves.
// Raises JsPending.
std::vector<Local<Value>> values_of(const Arguments &arguments, int first);

// The values as parameters of these types. Raises PgError and JsPending.
ParamListInfo parameter_list(const std::vector<Local<Value>> &values, const Oid *types);

}  // namespace engine
