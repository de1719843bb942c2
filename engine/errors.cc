#include "errors.h"

#include "call.h"
#include "interrupts.h"
#include "isolate.h"
#include "to_datum.h"
#include "to_js.h"

#include <cstdarg>
#include <cstdio>
#include <sstream>

namespace engine {
namespace {

constexpr int longest_place = 500;

char *copy(const std::string &text)
{
    return pg([&] { return pstrdup(text.c_str()); });
}

void put(Local<Object> object, const char *name, Local<Value> value)
{
    object->CreateDataProperty(isolate->GetCurrentContext(), js_literal(name), value).Check();
}

void put_text(Local<Object> object, const char *name, const char *text)
{
    Local<Value> value = v8::Null(isolate);
    if (text != nullptr)
        value = text_to_js(text, strlen(text));
    put(object, name, value);
}

std::string without(const std::string &text, const std::string &prefix)
{
    return text.rfind(prefix, 0) == 0 ? text.substr(prefix.size()) : text;
}

// A property of a thrown object as text; empty when absent. The object is the user's: reading may run code.
std::string property(Local<Object> object, const char *name)
{
    v8::TryCatch caught(isolate);
    Local<Value> value;
    if (!object->Get(isolate->GetCurrentContext(), js_literal(name)).ToLocal(&value) || value->IsNullOrUndefined())
        return {};
    return message_of(value);
}

bool is_sqlstate(const std::string &text)
{
    if (text.size() != 5)
        return false;
    for (char const letter : text)
        if (!((letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z')))
            return false;
    return text != "00000";
}

int packed(const std::string &state)
{
    return MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4]);
}

// `code` is PostgreSQL's packed number, as PL/v8 sets it, or the five letters.
int sqlstate_of(Local<Object> object)
{
    v8::TryCatch caught(isolate);
    Local<Context> const context = isolate->GetCurrentContext();
    Local<Value> code;
    if (object->Get(context, js_literal("code")).ToLocal(&code)) {
        if (code->IsInt32() && code.As<v8::Int32>()->Value() > 0)
            return code.As<v8::Int32>()->Value();
        if (code->IsString() && is_sqlstate(message_of(code)))
            return packed(message_of(code));
    }
    std::string const state = property(object, "sqlerrcode");
    return is_sqlstate(state) ? packed(state) : ERRCODE_INTERNAL_ERROR;
}

// The calls of a stack trace below the message, one a line, without V8's indentation and its builtins.
std::vector<std::string> calls_of(const std::string &trace)
{
    std::vector<std::string> calls;
    std::istringstream lines(trace);
    for (std::string line; std::getline(lines, line);)
        if (line.rfind("    at ", 0) == 0 && line.find("(<anonymous>)") == std::string::npos)
            calls.push_back(line.substr(4));
    return calls;
}

std::string place_of(Local<v8::Message> message)
{
    Local<Context> const context = isolate->GetCurrentContext();
    std::string place = message_of(message->GetScriptResourceName());
    place += "() LINE " + std::to_string(message->GetLineNumber(context).FromMaybe(0)) + ": ";
    Local<JsString> line;
    if (message->GetSourceLine(context).ToLocal(&line))
        place += message_of(line);
    // A bundler's line may be a whole program.
    if (place.size() > longest_place)
        place.resize(pg_mbcliplen(place.data(), place.size(), longest_place));
    return place;
}

}  // namespace

void throw_caught_error(MemoryContext context)
{
    // The frame's context outlives whatever the callback that caught the error has allocated. The error has
    // one of its own in it, since PostgreSQL's function to free an error leaves parts of it.
    MemoryContext const parent = current_frame != nullptr ? current_frame->memory : context;
    MemoryContextSwitchTo(AllocSetContextCreate(parent, "PL/v8 error", ALLOCSET_SMALL_SIZES));
    ErrorData *const error = CopyErrorData();
    MemoryContextSwitchTo(context);
    FlushErrorState();
    throw PgError{error};
}

void release_error(const PgError &error)
{
    MemoryContextDelete(GetMemoryChunkContext(error.data));
}

void fail(int sqlstate, const char *format, ...)
{
    char message[1024];
    va_list values;
    va_start(values, format);
    std::vsnprintf(message, sizeof message, format, values);
    va_end(values);
    pg([&] { ereport(ERROR, (errcode(sqlstate), errmsg_internal("%s", message))); });
    std::abort();
}

Local<Object> js_error(const ErrorData *error)
{
    char const *const text = error->message != nullptr ? error->message : "unknown error";
    auto const object = v8::Exception::Error(text_to_js(text, strlen(text))).As<Object>();
    put_text(object, "sqlerrcode", unpack_sql_state(error->sqlerrcode));
    put_text(object, "schema_name", error->schema_name);
    put_text(object, "table_name", error->table_name);
    put_text(object, "column_name", error->column_name);
    put_text(object, "datatype_name", error->datatype_name);
    put_text(object, "constraint_name", error->constraint_name);
    put_text(object, "detail", error->detail);
    put_text(object, "hint", error->hint);
    put_text(object, "context", error->context);
    put_text(object, "internalquery", error->internalquery);
    put(object, "code", v8::Integer::New(isolate, error->sqlerrcode));
    return object;
}

ErrorData *error_of_exception(Local<Value> exception, Local<v8::Message> message, const std::string &trace)
{
    HandleScope scope(isolate);
    std::string text = message_of(exception);
    // Where toString() fails, as it does when the stack is full, V8's own description serves.
    if (text.empty() && !message.IsEmpty())
        text = without(message_of(message->Get()), "Uncaught ");
    text = without(text, "Error: ");
    if (text.empty())
        text = "unknown exception";

    auto *const error = pg([] { return static_cast<ErrorData *>(palloc0(sizeof(ErrorData))); });
    error->elevel = ERROR;
    error->sqlerrcode = ERRCODE_INTERNAL_ERROR;
    error->message = copy(text);
    error->assoc_context = CurrentMemoryContext;

    std::string context;
    bool from_postgres = false;
    if (exception->IsObject()) {
        Local<Object> const object = exception.As<Object>();
        error->sqlerrcode = sqlstate_of(object);
        from_postgres = !property(object, "sqlerrcode").empty();
        auto const take = [&](const char *name) -> char * {
            std::string const value = property(object, name);
            return value.empty() ? nullptr : copy(value);
        };
        error->detail = take("detail");
        error->hint = take("hint");
        error->schema_name = take("schema_name");
        error->table_name = take("table_name");
        error->column_name = take("column_name");
        error->datatype_name = take("datatype_name");
        error->constraint_name = take("constraint_name");
        context = property(object, "context");
    }
    // Thrown by a conversion, with no JavaScript running: there is no line to show.
    if (!message.IsEmpty() && message->GetLineNumber(isolate->GetCurrentContext()).FromMaybe(0) > 0) {
        if (!context.empty())
            context += '\n';
        context += place_of(message);
    }
    std::vector<std::string> const calls = calls_of(trace);
    if (calls.size() > 1 && !from_postgres)
        for (std::string const &call : calls)
            context += '\n' + call;
    if (!context.empty())
        error->context = copy(context);
    return error;
}

ErrorData *error_of_exception(const v8::TryCatch &caught)
{
    std::string trace;
    {
        v8::TryCatch inner(isolate);
        Local<Value> stack;
        if (caught.StackTrace(isolate->GetCurrentContext()).ToLocal(&stack) && stack->IsString())
            trace = message_of(stack);
    }
    return error_of_exception(caught.Exception(), caught.Message(), trace);
}

ErrorData *error_in_flight(const v8::TryCatch &caught)
{
    try {
        try {
            throw;
        } catch (const PgError &error) {
            return error.data;
        } catch (const JsPending &) {
            if (stopping() || caught.HasTerminated() || !caught.HasCaught())
                return take_stop_reason();
            ErrorData *const error = error_of_exception(caught);
            // Describing it has run its toString(), which may have been told to stop.
            return stopping() ? take_stop_reason() : error;
        } catch (const std::bad_alloc &) {
            fail(ERRCODE_OUT_OF_MEMORY, "out of memory");
        }
    } catch (const PgError &error) {
        return error.data;
    }
}

}  // namespace engine
