// A role's JavaScript world: its own globals, its own compiled functions, its own queue of promises' reactions.
#pragma once

#include "engine.h"

namespace engine {

struct Script;

struct Realm {
    Oid role;
    v8::Global<Context> context;
    // Reactions must run under the role that made them, so no two realms share a queue.
    std::unique_ptr<v8::MicrotaskQueue> microtasks;
    std::unordered_map<Oid, Script *> scripts;
    // Calls of this realm that are on the stack.
    int depth = 0;
    // To be replaced once nothing of it is on the stack.
    bool forgotten = false;
    // JSON.stringify that writes BigInt as text, and the copy of a typed array into an Array.
    v8::Global<v8::Function> stringify_bigint;
    v8::Global<v8::Function> plain_array;
};

// The realm of the current role, made when it is first needed. Raises PgError.
Realm *current_realm();

// Drops the realms, so that each role starts afresh; those on the stack live on until they return.
void forget_realms();
void forget_realm(Oid role);

// Drops the realms of an isolate that was lost, leaving what V8 holds of them.
void abandon_realms();

size_t realm_count();

// Runs the reactions that are due and reports promises that were rejected with nobody to hear.
void run_microtasks(Realm *realm);

void note_rejection(v8::PromiseRejectMessage message);

}  // namespace engine
