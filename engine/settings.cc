#include "settings.h"

#include "call.h"
#include "errors.h"
#include "functions.h"
#include "isolate.h"
#include "realm.h"

extern "C" {
#include "utils/guc.h"
}

namespace engine {

int memory_limit_mb = 256;
char *v8_flags = nullptr;

namespace {

char *start_proc = nullptr;
char *boot_proc = nullptr;
char *unsupported = nullptr;

bool refuse(char **value, void **, GucSource)
{
    if (*value == nullptr || **value == '\0')
        return true;
    GUC_check_errmsg("this setting is not supported by this engine");
    return false;
}

void warn(const char *problem)
{
    pg([&] { ereport(WARNING, (errmsg("failed to find js function %s", problem))); });
}

void run_procedure(Realm *realm, const char *name)
{
    if (name == nullptr || *name == '\0')
        return;
    HandleScope scope(isolate);
    Local<v8::Function> function;
    try {
        function = find_function(name);
    } catch (const PgError &error) {
        warn(error.data->message);
        release_error(error);
        return;
    }
    if (function.IsEmpty()) {
        warn(name);
        return;
    }
    Running const running;
    Context::Scope const inside(realm->context.Get(isolate));
    v8::TryCatch caught(isolate);
    ErrorData *error = nullptr;
    {
        Frame frame(realm, nullptr);
        try {
            frame.run(function, 0, nullptr);
            frame.finish();
        } catch (...) {
            error = error_in_flight(caught);
        }
    }
    if (error != nullptr)
        throw PgError{error};
}

}  // namespace

void define_settings()
{
    DefineCustomIntVariable("plv8.memory_limit", "Memory that a session's JavaScript may use, in MB.",
                            "It bounds the heap, and separately the buffers of typed arrays.",
                            &memory_limit_mb, 256, 16, 3096, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("plv8.v8_flags", "Flags for V8, read when a session first runs JavaScript.",
                               nullptr, &v8_flags, nullptr, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("plv8.start_proc", "Function to run when a role's JavaScript context is made.",
                               nullptr, &start_proc, nullptr, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("plv8.boot_proc", "Like plv8.start_proc, for superusers to set.",
                               nullptr, &boot_proc, nullptr, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    for (const char *const name : {"plv8.context", "plv8.icu_data"})
        DefineCustomStringVariable(name, "Not supported by this engine.", nullptr, &unsupported, nullptr,
                                   PGC_USERSET, GUC_NO_SHOW_ALL, refuse, nullptr, nullptr);
#if PG_VERSION_NUM >= 150000
    MarkGUCPrefixReserved("plv8");
#else
    EmitWarningsOnPlaceholders("plv8");
#endif
}

void run_start_procedures(Realm *realm)
{
    run_procedure(realm, boot_proc);
    run_procedure(realm, start_proc);
}

}  // namespace engine
