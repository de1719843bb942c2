#include "heap.h"

#include "errors.h"
#include "interrupts.h"
#include "isolate.h"
#include "realm.h"
#include "settings.h"

#include <algorithm>
#include <cstdlib>

namespace engine {
namespace {

constexpr size_t megabyte = 1024 * 1024;
// malloc's own cost, so that a flood of tiny buffers is bounded too.
constexpr size_t overhead = 64;
// Granted once the limit is reached, so that a builtin in the middle of one big allocation
// (an array of 2^27 elements is the largest) can finish and notice that it is to stop.
constexpr size_t reserve = 2048 * megabyte;

size_t configured_limit()
{
    return static_cast<size_t>(memory_limit_mb) * megabyte;
}

class BufferAllocator final : public v8::ArrayBuffer::Allocator {
public:
    void *Allocate(size_t length) override
    {
        return claim(length) ? settle(std::calloc(std::max<size_t>(length, 1), 1), length) : nullptr;
    }

    void *AllocateUninitialized(size_t length) override
    {
        return claim(length) ? settle(std::malloc(std::max<size_t>(length, 1)), length) : nullptr;
    }

    void Free(void *data, size_t length) override
    {
        std::free(data);
        used_ -= length + overhead;
    }

    size_t used() const { return used_; }

private:
    bool claim(size_t length)
    {
        // As in a heap, the limit itself is not reached.
        if (length > configured_limit() || used_ + length + overhead > configured_limit())
            return false;
        used_ += length + overhead;
        return true;
    }

    void *settle(void *data, size_t length)
    {
        if (data == nullptr)
            used_ -= length + overhead;
        return data;
    }

    size_t used_ = 0;
};

BufferAllocator *allocator;
// What V8 holds to, which only its callback can raise.
size_t heap_limit;
bool exhausted = false;

size_t used_heap()
{
    v8::HeapStatistics statistics;
    isolate->GetHeapStatistics(&statistics);
    return statistics.used_heap_size();
}

void exhaust()
{
    exhausted = true;
    stop_for_memory();
}

size_t near_limit(void *, size_t current, size_t)
{
    if (current >= configured_limit())
        exhaust();
    heap_limit = current + reserve;
    return heap_limit;
}

// A heap that stays nearly full after a collection would spend its time collecting; and between the
// configured limit and what V8 was last granted only this count can tell.
void collected(Isolate *, v8::GCType, v8::GCCallbackFlags)
{
    if (exhausted)
        return;
    if (used_heap() > configured_limit() - configured_limit() / 32)
        exhaust();
}

void lower_limit()
{
    isolate->RemoveNearHeapLimitCallback(near_limit, configured_limit());
    isolate->AddNearHeapLimitCallback(near_limit, nullptr);
    heap_limit = configured_limit();
}

// V8 cannot do without what it did not get, and would abort. The error lands where PostgreSQL called, and
// this isolate is not used again. What V8 tells of it differs by version.
template <typename Details>
void out_of_memory(const char *, Details)
{
    ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("Out of memory error")));
}

void fatal(const char *location, const char *message)
{
    ereport(FATAL, (errcode(ERRCODE_INTERNAL_ERROR),
                    errmsg("V8 cannot go on: %s", message ? message : "unknown reason"),
                    errdetail("It gave up in %s.", location ? location : "an unknown place")));
}

}  // namespace

void configure_memory(v8::Isolate::CreateParams &parameters)
{
    allocator = new BufferAllocator;
    parameters.array_buffer_allocator = allocator;
    heap_limit = configured_limit();
    exhausted = false;
    parameters.constraints.set_max_old_generation_size_in_bytes(heap_limit);
}

void guard_memory(Isolate *isolate)
{
    isolate->AddNearHeapLimitCallback(near_limit, nullptr);
    isolate->AddGCEpilogueCallback(collected, v8::kGCTypeMarkSweepCompact);
    isolate->SetOOMErrorHandler(out_of_memory);
    isolate->SetFatalErrorHandler(fatal);
}

void apply_memory_limit()
{
    // A higher limit is taken up by the callback when the heap gets there.
    if (heap_limit > configured_limit())
        lower_limit();
}

void recover_memory()
{
    if (!exhausted)
        return;
    isolate->LowMemoryNotification();
    // What survives is held by globals: left there, it would fail every later call.
    if (used_heap() > configured_limit() / 2)
        forget_realms();
    lower_limit();
    exhausted = false;
}

Local<v8::ArrayBuffer> new_buffer(size_t length)
{
    for (int attempt = 0;; ++attempt) {
        void *const data = allocator->AllocateUninitialized(length);
        if (data != nullptr) {
            auto store = v8::ArrayBuffer::NewBackingStore(
                data, length,
                [](void *bytes, size_t size, void *) { allocator->Free(bytes, size); }, nullptr);
            return v8::ArrayBuffer::New(isolate, std::move(store));
        }
        if (attempt == 1)
            fail(ERRCODE_OUT_OF_MEMORY, "array of %zu bytes exceeds the JavaScript memory limit", length);
        isolate->LowMemoryNotification();
    }
}

Local<Object> memory_usage()
{
    v8::HeapStatistics statistics;
    isolate->GetHeapStatistics(&statistics);
    Local<Context> const context = isolate->GetCurrentContext();
    Local<Object> const result = Object::New(isolate);
    auto const put = [&](const char *name, double value) {
        result->Set(context, js_literal(name), v8::Number::New(isolate, value)).Check();
    };
    put("total_heap_size", statistics.total_heap_size());
    put("total_physical_size", statistics.total_physical_size());
    put("used_heap_size", statistics.used_heap_size());
    put("heap_size_limit", statistics.heap_size_limit());
    put("external_memory", allocator->used());
    put("number_of_native_contexts", statistics.number_of_native_contexts());
    return result;
}

}  // namespace engine
