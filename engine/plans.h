// Prepared plans and cursors.
#pragma once

#include "engine.h"

namespace engine {

void prepare(const Arguments &arguments);

// Forgets the plans of an isolate that was lost.
void abandon_plans();

}  // namespace engine
