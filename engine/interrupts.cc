#include "interrupts.h"

#include "errors.h"
#include "isolate.h"
#include "heap.h"

#include <csignal>
#include <ctime>
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <ucontext.h>

namespace engine {
namespace {

constexpr int chained[] = {SIGINT, SIGTERM, SIGUSR1, SIGALRM};
constexpr int retry_signal = SIGVTALRM;
// Seconds that JavaScript has to stop.
constexpr int patience = 5;

struct sigaction previous[NSIG];
int installed_by = 0;
timer_t retry_timer;
uintptr_t libc_begin, libc_end;

volatile sig_atomic_t calls = 0;
volatile sig_atomic_t stop_for_interrupt = 0;
volatile sig_atomic_t stop_memory = 0;
volatile sig_atomic_t inside_v8 = 0;
ErrorData *stop_error = nullptr;

bool interrupt_wanted()
{
#if PG_VERSION_NUM >= 170000
    if (TransactionTimeoutPending)
        return true;
#endif
    return QueryCancelPending || ProcDiePending;
}

// TerminateExecution takes a recursive mutex of the isolate. A signal that lands inside libc may have
// interrupted that very lock or unlock, or malloc, so such a signal is put off by a millisecond.
bool inside_libc(const void *ucontext)
{
    auto const *const machine = &static_cast<const ucontext_t *>(ucontext)->uc_mcontext;
#if defined(__x86_64__)
    uintptr_t const counter = machine->gregs[REG_RIP];
#elif defined(__aarch64__)
    uintptr_t const counter = machine->pc;
#else
    uintptr_t const counter = 0;
    (void) machine;
#endif
    return counter >= libc_begin && counter < libc_end;
}

void look_again(time_t seconds, long nanoseconds)
{
    struct itimerspec when = {};
    when.it_value.tv_sec = seconds;
    when.it_value.tv_nsec = nanoseconds;
    timer_settime(retry_timer, 0, &when, nullptr);
}

void consider_stop(const void *ucontext)
{
    if (calls == 0 || isolate == nullptr || stop_for_interrupt || !interrupt_wanted())
        return;
    // PostgreSQL's own code sees to it by itself, and says what it was, such as a wait for a lock that took too long:
    // an error that JavaScript may catch. If it is still wanted when JavaScript goes on, JavaScript stops.
    if (inside_postgres || inside_libc(ucontext)) {
        look_again(0, 1000000);
        return;
    }
    stop_for_interrupt = 1;
    isolate->TerminateExecution();
    look_again(patience, 0);
}

// Some of V8's builtins never look whether they are to stop. A session that is in one may not hold up whoever
// cancelled it, nor the server's shutdown: it ends. It is in V8's code and outside of libc, so nothing that
// the session's orderly end needs has been interrupted half-way.
void insist(const void *ucontext)
{
    if (inside_libc(ucontext)) {
        look_again(0, 1000000);
        return;
    }
    isolate = nullptr;
    ereport(FATAL, (errcode(ERRCODE_QUERY_CANCELED),
                    errmsg("JavaScript did not stop when it was cancelled, so the session ends"),
                    errdetail("A builtin of V8 was running that cannot be interrupted.")));
}

void on_signal(int number, siginfo_t *info, void *ucontext)
{
    int const saved_errno = errno;
    struct sigaction const &before = previous[number];
    if (before.sa_flags & SA_SIGINFO)
        before.sa_sigaction(number, info, ucontext);
    else if (before.sa_handler != SIG_IGN && before.sa_handler != SIG_DFL)
        before.sa_handler(number);
    consider_stop(ucontext);
    errno = saved_errno;
}

void on_retry(int, siginfo_t *, void *ucontext)
{
    int const saved_errno = errno;
    if (stop_for_interrupt && inside_v8 && isolate != nullptr)
        insist(ucontext);
    else
        consider_stop(ucontext);
    errno = saved_errno;
}

int note_libc(struct dl_phdr_info *object, size_t, void *address)
{
    auto const target = reinterpret_cast<uintptr_t>(address);
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        ElfW(Phdr) const &segment = object->dlpi_phdr[i];
        uintptr_t const begin = object->dlpi_addr + segment.p_vaddr;
        if (segment.p_type == PT_LOAD && target >= begin && target < begin + segment.p_memsz) {
            libc_begin = begin;
            libc_end = begin + segment.p_memsz;
            return 1;
        }
    }
    return 0;
}

// A failed check inside V8, such as for an array beyond its largest, ends in a trap. What V8 told of it is in the
// server's log; the error lands in the handler's frame, and the isolate is not used again.
void on_trap(int number, siginfo_t *, void *)
{
    if (calls == 0 || isolate == nullptr) {
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    ereport(ERROR,
            (errcode(ERRCODE_INTERNAL_ERROR), errmsg("JavaScript could not go on: V8 failed a check of its own"),
             errhint("Most often an array or a text was beyond what V8 can hold. The server's log has more.")));
}

void handle(int number, void (*handler)(int, siginfo_t *, void *), struct sigaction *before, int flags = 0)
{
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART | flags;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, before);
}

void clear_stop()
{
    stop_for_interrupt = 0;
    stop_memory = 0;
    stop_error = nullptr;
    isolate->CancelTerminateExecution();
}

}  // namespace

volatile sig_atomic_t inside_postgres = 0;

void install_interrupts()
{
    if (installed_by == MyProcPid)
        return;
    calls = 0;
    dl_iterate_phdr(note_libc, dlsym(RTLD_DEFAULT, "pthread_mutex_lock"));

    struct sigevent event = {};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = retry_signal;
    if (timer_create(CLOCK_MONOTONIC, &event, &retry_timer) != 0)
        fail(ERRCODE_SYSTEM_ERROR, "could not create a timer: %m");

    handle(retry_signal, on_retry, nullptr);
    // Left by a longjmp, so the signal must not stay blocked.
    handle(SIGTRAP, on_trap, nullptr, SA_NODEFER);
    handle(SIGILL, on_trap, nullptr, SA_NODEFER);
    for (int const number : chained)
        handle(number, on_signal, &previous[number]);
    installed_by = MyProcPid;
}

Running::Running()
{
    calls = calls + 1;
    // Whatever arrived before the counter was raised found nothing to stop.
    if (calls == 1 && interrupt_wanted() && InterruptHoldoffCount == 0 && !stop_for_interrupt) {
        stop_for_interrupt = 1;
        isolate->TerminateExecution();
        look_again(patience, 0);
    }
}

Running::~Running()
{
    calls = calls - 1;
    if (calls > 0 || isolate_lost)
        return;
    recover_memory();
    if (stopping())
        clear_stop();
}

InsideV8::InsideV8(bool inside) : before_(inside_v8), inside_postgres_before_(inside_postgres)
{
    inside_v8 = inside;
    inside_postgres = 0;
}

InsideV8::~InsideV8()
{
    inside_v8 = before_;
    inside_postgres = inside_postgres_before_;
}

int Running::depth()
{
    return calls;
}

void Running::set_depth(int depth)
{
    calls = depth;
    inside_v8 = 0;
    inside_postgres = 0;
    stop_for_interrupt = 0;
    stop_memory = 0;
    stop_error = nullptr;
}

void stop_for_memory()
{
    stop_memory = 1;
    isolate->TerminateExecution();
}

void stop_for_error(ErrorData *error)
{
    if (stop_error == nullptr)
        stop_error = error;
    isolate->TerminateExecution();
}

bool stopping()
{
    return stop_for_interrupt || stop_memory || stop_error != nullptr;
}

ErrorData *take_stop_reason()
{
    ErrorData *const error = stop_error;
    bool const memory = stop_memory;
    clear_stop();
    if (error != nullptr)
        return error;
    try {
        if (memory)
            fail(ERRCODE_OUT_OF_MEMORY, "Out of memory error");
        pg([] { CHECK_FOR_INTERRUPTS(); });
        fail(ERRCODE_QUERY_CANCELED, "canceling statement due to user request");
    } catch (const PgError &caught) {
        return caught.data;
    }
}

void drop_stale_stop()
{
    if (stop_for_interrupt && !interrupt_wanted() && !stop_memory && stop_error == nullptr)
        clear_stop();
}

}  // namespace engine
