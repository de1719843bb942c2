// The settings plv8.*.
#pragma once

#include "engine.h"

namespace engine {

struct Realm;

extern int memory_limit_mb;
extern char *v8_flags;

void define_settings();

// Runs plv8.boot_proc and plv8.start_proc in a new realm.
void run_start_procedures(Realm *realm);

}  // namespace engine
