// What a stop is, by its wait status, and the one request that reads what it needs.
#include "utrace.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#ifndef PTRACE_GET_SYSCALL_INFO
#define PTRACE_GET_SYSCALL_INFO 0x420e
#endif
#define EVENT_EXIT 6
#define EVENT_SECCOMP 7
#define EVENT_STOP 128

static void read_call(struct ut_event *ev)
{
	long n = ptrace(PTRACE_GET_SYSCALL_INFO, ev->tid, sizeof ev->u.call, &ev->u.call);
	if (n < 0) {
		ev->err = errno;
		ev->kind = UT_VOID;
		return;
	}
	switch (ev->u.call.op) {
	case 1: ev->kind = UT_ENTRY; break;
	case 2: ev->kind = UT_EXIT; break;
	case 3: ev->kind = UT_SECCOMP; break;
	default: ev->kind = UT_VOID; break; // killed meanwhile, and at its exit: no stop of a call's
	}
}

// SIGKILL ends a stop at any moment (R50), and then the task may stand at its exit by now: what is read of it is about that.
static int is_exit(const siginfo_t *si)
{
	return si->si_signo == SIGTRAP && si->si_code == (SIGTRAP | EVENT_EXIT << 8);
}

static int went_to_exit(pid_t tid)
{
	siginfo_t si;
	return ptrace(PTRACE_GETSIGINFO, tid, 0, &si) == 0 && is_exit(&si);
}

void ut_read_event(struct ut_event *ev)
{
	int status = ev->status;
	ev->err = 0;
	if (!WIFSTOPPED(status)) {
		ev->kind = UT_DEATH;
		return;
	}
	int sig = WSTOPSIG(status), event = status >> 16;
	if (sig == (SIGTRAP | 0x80) || event == EVENT_SECCOMP) {
		read_call(ev);
		if (event == EVENT_SECCOMP && ev->kind != UT_VOID)
			ev->kind = UT_SECCOMP;
	} else if (event == EVENT_STOP) {
		ev->kind = UT_STOP;
	} else if (event) {
		unsigned long message = 0;
		ev->kind = UT_EVENT;
		if (ptrace(PTRACE_GETEVENTMSG, ev->tid, 0, &message) < 0) {
			ev->err = errno;
			ev->kind = UT_VOID;
		} else if (event != EVENT_EXIT && went_to_exit(ev->tid)) {
			ev->kind = UT_VOID; // the message may be that of the exit
		}
		ev->message = message;
	} else {
		ev->kind = UT_SIGNAL;
		if (ptrace(PTRACE_GETSIGINFO, ev->tid, 0, ev->u.siginfo) < 0) {
			ev->err = errno;
			ev->kind = UT_VOID;
		} else if (is_exit((const siginfo_t *)ev->u.siginfo)) {
			ev->kind = UT_VOID;
		}
	}
}

// A group stop, or an exit: several threads of the group come to it at once, and who has is to be seen with the first. Not
// a trap of one task alone, which is an interruption of ours or a birth.
int ut_is_of_group(const struct ut_event *ev)
{
	if (ev->kind == UT_STOP)
		return WSTOPSIG(ev->status) != SIGTRAP;
	return ev->kind == UT_EVENT && ev->status >> 16 == EVENT_EXIT;
}
