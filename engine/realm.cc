#include "realm.h"

#include "builtins.h"
#include "call.h"
#include "errors.h"
#include "functions.h"
#include "isolate.h"
#include "settings.h"
#include "to_datum.h"

#include <algorithm>

namespace engine {
namespace {

// Leaked on purpose, here and elsewhere: V8's handles must not be destroyed by exit().
auto &realms = *new std::unordered_map<Oid, Realm *>;
Realm *last = nullptr;

struct Rejection {
    v8::Global<v8::Promise> promise;
    v8::Global<Value> reason;
};
auto &rejections = *new std::vector<Rejection>;

v8::Global<v8::Function> helper(Local<Context> context, const char *source)
{
    Local<v8::Script> const script = v8::Script::Compile(context, js_literal(source)).ToLocalChecked();
    return {isolate, script->Run(context).ToLocalChecked().As<v8::Function>()};
}

Realm *create_realm(Oid role)
{
    HandleScope scope(isolate);
    auto realm = std::make_unique<Realm>();
    realm->role = role;
    realm->microtasks = v8::MicrotaskQueue::New(isolate, v8::MicrotasksPolicy::kExplicit);
    Local<Context> const context =
        Context::New(isolate, nullptr, global_template(), MaybeLocal<Value>(),
                     v8::DeserializeInternalFieldsCallback(), realm->microtasks.get());
    if (context.IsEmpty())
        fail(ERRCODE_OUT_OF_MEMORY, "could not create a JavaScript context");
    Context::Scope const inside(context);
    for (const char *const name : {"WebAssembly", "SharedArrayBuffer", "Atomics", "FinalizationRegistry"})
        context->Global()->Delete(context, js_literal(name)).Check();
    reseed();
    v8::Script::Compile(context, js_literal("Math.random()")).ToLocalChecked()->Run(context).ToLocalChecked();
    realm->stringify_bigint = helper(context,
        "((stringify, text) => (value) =>"
        " stringify(value, (key, item) => typeof item === 'bigint' ? text(item) : item))(JSON.stringify, String)");
    realm->plain_array = helper(context,
        "(typed) => { const plain = []; for (let i = 0; i < typed.length; i++) plain[i] = typed[i]; return plain; }");
    realm->context.Reset(isolate, context);
    realms[role] = realm.get();
    return realm.release();
}

void destroy(Realm *realm)
{
    for (auto const &[oid, script] : realm->scripts)
        release_script(script);
    rejections.clear();
    delete realm;
}

}  // namespace

Realm *current_realm()
{
    Oid const role = GetUserId();
    if (last != nullptr && last->role == role && !last->forgotten)
        return last;
    auto const found = realms.find(role);
    if (found != realms.end() && found->second->forgotten && found->second->depth == 0) {
        destroy(found->second);
        realms.erase(found);
        last = nullptr;
        return current_realm();
    }
    if (found != realms.end())
        return last = found->second;
    Realm *const made = create_realm(role);
    try {
        run_start_procedures(made);
    } catch (const PgError &) {
        // The next call shall start afresh, rather than go on half started.
        made->forgotten = true;
        throw;
    }
    return last = made;
}

void forget_realm(Oid role)
{
    auto const found = realms.find(role);
    if (found != realms.end())
        found->second->forgotten = true;
}

void forget_realms()
{
    for (auto const &[role, realm] : realms)
        realm->forgotten = true;
    if (current_frame != nullptr)
        return;
    for (auto const &[role, realm] : realms)
        destroy(realm);
    realms.clear();
    last = nullptr;
    isolate->LowMemoryNotification();
}

void abandon_realms()
{
    // Not deleted: their handles belong to the lost isolate.
    realms.clear();
    new (&rejections) std::vector<Rejection>;
    last = nullptr;
    abandon_scripts();
}

size_t realm_count()
{
    return realms.size();
}

void note_rejection(v8::PromiseRejectMessage message)
{
    Local<v8::Promise> const promise = message.GetPromise();
    switch (message.GetEvent()) {
    case v8::kPromiseRejectWithNoHandler:
        rejections.push_back({{isolate, promise}, {isolate, message.GetValue()}});
        break;
    case v8::kPromiseHandlerAddedAfterReject:
        rejections.erase(std::remove_if(rejections.begin(), rejections.end(),
                                        [&](Rejection const &one) { return one.promise == promise; }),
                         rejections.end());
        break;
    default:
        break;
    }
}

void run_microtasks(Realm *realm)
{
    realm->microtasks->PerformCheckpoint(isolate);
    if (rejections.empty())
        return;
    std::vector<Rejection> reported;
    std::swap(reported, rejections);
    for (Rejection const &one : reported) {
        v8::TryCatch caught(isolate);
        std::string const reason = message_of(one.reason.Get(isolate));
        pg([&] { ereport(WARNING, (errmsg("Unhandled Promise rejection: %s", reason.c_str()))); });
    }
}

}  // namespace engine
