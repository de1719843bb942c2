#include "isolate.h"

#include "errors.h"
#include "interrupts.h"
#include "heap.h"
#include "plans.h"
#include "realm.h"
#include "settings.h"

#include <cstdio>
#include <fstream>
#include <sys/mman.h>
#include <sys/random.h>

extern "C" {
#include "tcop/tcopprot.h"
}

namespace engine {

Isolate *isolate = nullptr;
bool isolate_lost = false;

namespace {

// Lost isolates keep their memory.
constexpr int tolerated_losses = 3;
int losses = 0;

// The process that has adopted the isolate: a forked backend must do so again.
int adopted_by = 0;
int stack_limit_kb = 0;

bool entropy(unsigned char *buffer, size_t length)
{
    return getrandom(buffer, length, 0) == static_cast<ssize_t>(length);
}

void initialise_v8()
{
    // No worker threads: they would not survive fork, and PostgreSQL's code is not made for them.
    // WebAssembly and shared buffers are memory and blocking outside of the engine's limits.
    v8::V8::SetFlagsFromString("--single-threaded --no-expose-wasm --no-harmony-sharedarraybuffer");
#if V8_MAJOR_VERSION >= 11
    // Seeds and plv8.v8_flags are set later.
    v8::V8::SetFlagsFromString("--no-freeze-flags-after-init");
#endif
    v8::V8::SetEntropySource(entropy);
    v8::V8::InitializePlatform(v8::platform::NewSingleThreadedDefaultPlatform().release());
    v8::V8::Initialize();
}

bool v8_is_up = false;

void create_isolate()
{
    if (!v8_is_up)
        initialise_v8();
    v8_is_up = true;
    v8::Isolate::CreateParams parameters;
    configure_memory(parameters);
    isolate = v8::Isolate::New(parameters);
    isolate->SetData(0, new IsolateData);
    // Never left again: a backend has no other isolate, and entering costs on each call.
    isolate->Enter();
    isolate->SetCaptureStackTraceForUncaughtExceptions(false);
    isolate->SetAllowAtomicsWait(false);
    isolate->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
    isolate->SetPromiseRejectCallback(note_rejection);
    guard_memory(isolate);
}

// JavaScript may use what max_stack_depth allows PostgreSQL; the operating system's limit is
// at least 512 kB further, which is what V8's own C++ frames need beyond a check.
void set_stack_limit()
{
    pg_stack_base_t const base = set_stack_base();
    restore_stack_base(base);
    isolate->SetStackLimit(reinterpret_cast<uintptr_t>(base) - max_stack_depth * 1024L);
    stack_limit_kb = max_stack_depth;
}

// V8 on Linux asks the kernel not to copy its memory on fork. A backend that is to use the postmaster's
// isolate needs it, so this takes the request back, mapping by mapping ("dc" in smaps).
bool let_memory_fork()
{
    std::ifstream maps("/proc/self/smaps");
    unsigned long begin = 0;
    unsigned long end = 0;
    bool complete = maps.is_open();
    for (std::string line; std::getline(maps, line);) {
        unsigned long first;
        unsigned long last;
        if (std::sscanf(line.c_str(), "%lx-%lx ", &first, &last) == 2) {
            begin = first;
            end = last;
        } else if (line.rfind("VmFlags:", 0) == 0 && line.find(" dc") != std::string::npos) {
            complete &= madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DOFORK) == 0;
        }
    }
    return complete;
}

}  // namespace

void preload()
{
    create_isolate();
    if (let_memory_fork())
        return;
    // Each backend then makes its own; V8 itself and libnode are there already.
    isolate->Exit();
    isolate->Dispose();
    isolate = nullptr;
    ereport(LOG, (errmsg("PL/v8: backends cannot share the preloaded JavaScript heap")));
}

void start()
{
    if (isolate_lost)
        fail(ERRCODE_OUT_OF_MEMORY, "JavaScript cannot run within a call that ran out of memory");
    if (adopted_by == MyProcPid && isolate != nullptr) {
        if (stack_limit_kb != max_stack_depth)
            set_stack_limit();
        return;
    }
    if (v8_flags != nullptr && *v8_flags != '\0')
        v8::V8::SetFlagsFromString(v8_flags);
    if (isolate == nullptr)
        create_isolate();
    set_stack_limit();
    install_interrupts();
    adopted_by = MyProcPid;
}

void reseed()
{
    uint32_t seed = 0;
    if (!entropy(reinterpret_cast<unsigned char *>(&seed), sizeof seed))
        fail(ERRCODE_SYSTEM_ERROR, "the operating system gives no random numbers: %m");
    // Zero would mean V8's own choice.
    std::string const flag = "--random-seed=" + std::to_string(static_cast<int>(seed >> 1) + 1);
    v8::V8::SetFlagsFromString(flag.c_str());
}

void replace_isolate()
{
    isolate_lost = false;
    isolate = nullptr;
    abandon_realms();
    abandon_plans();
    if (++losses > tolerated_losses)
        ereport(FATAL, (errcode(ERRCODE_OUT_OF_MEMORY),
                        errmsg("JavaScript ran out of memory too often in this session"),
                        errhint("Raise plv8.memory_limit, or work in smaller pieces.")));
}

Local<JsString> js_literal(const char *utf8)
{
    return JsString::NewFromUtf8(isolate, utf8, v8::NewStringType::kInternalized).ToLocalChecked();
}

}  // namespace engine
