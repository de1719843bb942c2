// Calls as a trigger.
#pragma once

#include "engine.h"

namespace engine {

class Frame;

// Calls the function with NEW, OLD and the TG_ values; the result is what the executor expects of a trigger.
// Raises PgError and JsPending.
Datum call_trigger(Frame &frame, TriggerData *trigger, Local<v8::Function> function);

}  // namespace engine
