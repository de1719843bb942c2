#include "windows.h"

#include "builtins.h"
#include "call.h"
#include "errors.h"
#include "functions.h"
#include "isolate.h"
#include "to_datum.h"
#include "to_js.h"

extern "C" {
#include "windowapi.h"
}

namespace engine {
namespace {

// What a function keeps between the rows of a partition, as JSON.
struct PartitionLocal {
    bool settled;
    size_t room;
    size_t length;
    char json[FLEXIBLE_ARRAY_MEMBER];
};

constexpr int32_t usual_room = 1000;

struct Window {
    WindowObject object;
    const CallSite *site;
};

Window window_of()
{
    if (current_frame->window == nullptr)
        fail(ERRCODE_WINDOWING_ERROR, "window function api called with wrong object");
    return {static_cast<WindowObject>(current_frame->window), current_frame->site};
}

int64_t number(const Arguments &arguments, int index)
{
    if (index >= arguments.Length())
        fail(ERRCODE_INVALID_PARAMETER_VALUE, "argument not enough");
    v8::Maybe<int64_t> const value = arguments[index]->IntegerValue(isolate->GetCurrentContext());
    if (value.IsNothing())
        throw JsPending{};
    return value.FromJust();
}

PartitionLocal *partition_local(WindowObject window, int64_t room)
{
    if (room < 0 || room > static_cast<int64_t>(MaxAllocSize - sizeof(PartitionLocal)))
        fail(ERRCODE_INVALID_PARAMETER_VALUE, "partition-local memory of %lld bytes cannot be had",
             static_cast<long long>(room));
    auto *const memory = pg([&] {
        return static_cast<PartitionLocal *>(
            WinGetPartitionLocalMemory(window, offsetof(PartitionLocal, json) + room));
    });
    // The executor gives it zeroed the first time, and the same again whatever is asked for.
    if (!memory->settled)
        memory->room = room;
    memory->settled = true;
    return memory;
}

void get_partition_local(const Arguments &arguments)
{
    Window const window = window_of();
    auto const *const memory =
        partition_local(window.object, arguments.Length() > 0 ? number(arguments, 0) : usual_room);
    if (memory->length == 0)
        return;
    Local<JsString> text;
    Local<Value> value;
    if (!JsString::NewFromUtf8(isolate, memory->json, v8::NewStringType::kNormal, memory->length).ToLocal(&text) ||
        !v8::JSON::Parse(isolate->GetCurrentContext(), text).ToLocal(&value))
        throw JsPending{};
    arguments.GetReturnValue().Set(value);
}

void set_partition_local(const Arguments &arguments)
{
    Window const window = window_of();
    auto *const memory = partition_local(window.object, usual_room);
    Local<JsString> text;
    if (!v8::JSON::Stringify(isolate->GetCurrentContext(), arguments[0]).ToLocal(&text))
        throw JsPending{};
    size_t const length = text->Utf8Length(isolate);
    if (length > memory->room)
        fail(ERRCODE_PROGRAM_LIMIT_EXCEEDED, "window local memory overflow");
    text->WriteUtf8(isolate, memory->json, length, nullptr, JsString::NO_NULL_TERMINATION);
    memory->length = length;
}

void get_current_position(const Arguments &arguments)
{
    Window const window = window_of();
    int64 const position = pg([&] { return WinGetCurrentPosition(window.object); });
    arguments.GetReturnValue().Set(static_cast<double>(position));
}

void get_partition_row_count(const Arguments &arguments)
{
    Window const window = window_of();
    int64 const count = pg([&] { return WinGetPartitionRowCount(window.object); });
    arguments.GetReturnValue().Set(static_cast<double>(count));
}

void set_mark_position(const Arguments &arguments)
{
    Window const window = window_of();
    int64_t const position = number(arguments, 0);
    pg([&] { WinSetMarkPosition(window.object, position); });
}

void rows_are_peers(const Arguments &arguments)
{
    Window const window = window_of();
    int64_t const one = number(arguments, 0);
    int64_t const other = number(arguments, 1);
    arguments.GetReturnValue().Set(pg([&] { return WinRowsArePeers(window.object, one, other); }));
}

Type *argument_type(const Window &window, int64_t index)
{
    if (index < 0 || index >= window.site->count)
        fail(ERRCODE_INVALID_PARAMETER_VALUE, "the function has no argument %lld", static_cast<long long>(index));
    return window.site->arguments[index];
}

using Fetch = Datum (*)(WindowObject, int, int, int, bool, bool *, bool *);

template <Fetch fetch>
void get_func_arg_in(const Arguments &arguments)
{
    Window const window = window_of();
    int const index = static_cast<int>(number(arguments, 0));
    int const distance = static_cast<int>(number(arguments, 1));
    int const from = static_cast<int>(number(arguments, 2));
    if (arguments.Length() < 4)
        fail(ERRCODE_INVALID_PARAMETER_VALUE, "argument not enough");
    bool const mark = arguments[3]->BooleanValue(isolate);
    Type *const type = argument_type(window, index);
    if (from != WINDOW_SEEK_CURRENT && from != WINDOW_SEEK_HEAD && from != WINDOW_SEEK_TAIL)
        fail(ERRCODE_INVALID_PARAMETER_VALUE, "unknown seek type %d", from);
    bool is_null;
    bool is_out;
    Datum const value = pg([&] { return fetch(window.object, index, distance, from, mark, &is_null, &is_out); });
    if (!is_out)
        arguments.GetReturnValue().Set(to_js(value, is_null, type));
}

void get_func_arg_current(const Arguments &arguments)
{
    Window const window = window_of();
    int const index = static_cast<int>(number(arguments, 0));
    Type *const type = argument_type(window, index);
    bool is_null;
    Datum const value = pg([&] { return WinGetFuncArgCurrent(window.object, index, &is_null); });
    arguments.GetReturnValue().Set(to_js(value, is_null, type));
}

Local<v8::ObjectTemplate> window_template()
{
    auto &kept = isolate_data().window;
    if (!kept.IsEmpty())
        return kept.Get(isolate);
    Local<v8::ObjectTemplate> const made = v8::ObjectTemplate::New(isolate);
    made->Set(isolate, "SEEK_CURRENT", v8::Integer::New(isolate, WINDOW_SEEK_CURRENT));
    made->Set(isolate, "SEEK_HEAD", v8::Integer::New(isolate, WINDOW_SEEK_HEAD));
    made->Set(isolate, "SEEK_TAIL", v8::Integer::New(isolate, WINDOW_SEEK_TAIL));
    made->Set(isolate, "get_partition_local", function_template<get_partition_local>(isolate));
    made->Set(isolate, "set_partition_local", function_template<set_partition_local>(isolate));
    made->Set(isolate, "get_current_position", function_template<get_current_position>(isolate));
    made->Set(isolate, "get_partition_row_count", function_template<get_partition_row_count>(isolate));
    made->Set(isolate, "set_mark_position", function_template<set_mark_position>(isolate));
    made->Set(isolate, "rows_are_peers", function_template<rows_are_peers>(isolate));
    made->Set(isolate, "get_func_arg_in_partition",
              function_template<get_func_arg_in<WinGetFuncArgInPartition>>(isolate));
    made->Set(isolate, "get_func_arg_in_frame", function_template<get_func_arg_in<WinGetFuncArgInFrame>>(isolate));
    made->Set(isolate, "get_func_arg_current", function_template<get_func_arg_current>(isolate));
    kept.Reset(isolate, made);
    return made;
}

}  // namespace

Local<Value> call_window(Frame &frame, FunctionCallInfo fcinfo, const CallSite *site, Local<v8::Function> function)
{
    WindowObject const window = PG_WINDOW_OBJECT();
    if (!WindowObjectIsValid(window))
        fail(ERRCODE_WINDOWING_ERROR, "window function called outside of a window");
    frame.window = window;
    frame.site = site;
    Local<Value> values[FUNC_MAX_ARGS];
    for (int i = 0; i < site->count; ++i) {
        bool is_null;
        Datum const value = pg([&] { return WinGetFuncArgCurrent(window, i, &is_null); });
        values[i] = to_js(value, is_null, site->arguments[i]);
    }
    return frame.run(function, site->count, values);
}

void get_window_object(const Arguments &arguments)
{
    if (current_frame->window == nullptr)
        fail(ERRCODE_WINDOWING_ERROR, "get_window_object called in wrong context");
    Local<Object> object;
    if (!window_template()->NewInstance(isolate->GetCurrentContext()).ToLocal(&object))
        throw JsPending{};
    arguments.GetReturnValue().Set(object);
}

}  // namespace engine
