// The fused loop: resume a task, wait for whatever stops next, and have read what the stop needs (read-event.c).
#include "utrace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WAIT_TICK_NS 1000000L
#define DEATH_PAUSE_NS 20000L

// Tracees are always eligible for wait; with __WCLONE ordinary children (exit signal SIGCHLD), which belong to
// others in this process, are not. __WNOTHREAD: a tracee is the tracer thread's alone.
static int wait_flags = __WCLONE | __WNOTHREAD;

// Where another stands between us and the kernel (utrace share), that one has the real link: a tracee that is our own child
// then dies, for the kernel, as an ordinary child.
void ut_wait_all(int on)
{
	wait_flags = (on ? __WALL : __WCLONE) | __WNOTHREAD;
}

static struct ut_event *events;
static int capacity;
static int want_rusage;
struct ut_stats ut_stats;

void ut_events_set(struct ut_event *buffer, int count)
{
	events = buffer;
	capacity = count;
}

void ut_want_rusage(int on)
{
	want_rusage = on;
}

// --- the slice: a periodic timer whose signal bounds how long a wait may block ---

static atomic_int ticks;
static timer_t slice_timer;
static int slice_timer_made, slice_on, slice_idle_ticks, slice_max_ticks;

static void on_tick(int sig)
{
	(void)sig;
	atomic_fetch_add_explicit(&ticks, 1, memory_order_relaxed);
}

// A real-time signal that neither libc nor Node uses, directed at this thread alone.
static int tick_signal(void)
{
	return SIGRTMAX - 2;
}

// SIGCHLD for every stop is what wakes an idle event loop; while a slice runs it would only cost.
static int stops_signal(int on)
{
	struct sigaction sa;
	if (sigaction(SIGCHLD, NULL, &sa) < 0)
		return -errno;
	if (!(sa.sa_flags & SA_NOCLDSTOP) == !!on)
		return 0;
	sa.sa_flags = on ? sa.sa_flags & ~SA_NOCLDSTOP : sa.sa_flags | SA_NOCLDSTOP;
	return sigaction(SIGCHLD, &sa, NULL) < 0 ? -errno : 0;
}

static int make_timer(void)
{
	if (slice_timer_made)
		return 0;
	struct sigaction sa = { .sa_handler = on_tick };
	sigemptyset(&sa.sa_mask);
	if (sigaction(tick_signal(), &sa, NULL) < 0)
		return -errno;
	struct sigevent se;
	memset(&se, 0, sizeof se);
	se.sigev_notify = SIGEV_THREAD_ID;
	se.sigev_signo = tick_signal();
	se._sigev_un._tid = (int)syscall(SYS_gettid);
	if (timer_create(CLOCK_MONOTONIC, &se, &slice_timer) < 0)
		return -errno;
	slice_timer_made = 1;
	return 0;
}

int ut_slice_begin(long period_ns, int idle_ticks, int max_ticks)
{
	int r = make_timer();
	if (r < 0)
		return r;
	r = stops_signal(0);
	if (r < 0)
		return r;
	slice_idle_ticks = idle_ticks;
	slice_max_ticks = max_ticks;
	atomic_store(&ticks, 0);
	memset(&ut_stats, 0, sizeof ut_stats);
	struct itimerspec its = {
		.it_interval = { 0, period_ns },
		.it_value = { 0, period_ns },
	};
	slice_on = timer_settime(slice_timer, 0, &its, NULL) == 0;
	return slice_on ? 0 : -errno;
}

int ut_slice_end(void)
{
	slice_on = 0;
	struct itimerspec its = { { 0, 0 }, { 0, 0 } };
	if (slice_timer_made && timer_settime(slice_timer, 0, &its, NULL) < 0)
		return -errno;
	int r = stops_signal(1);
	return r < 0 ? r : atomic_load(&ticks);
}

int ut_slice_over(void)
{
	return atomic_load_explicit(&ticks, memory_order_relaxed) >= slice_max_ticks;
}

static long spin_ns;

void ut_spin(long ns)
{
	spin_ns = ns;
}

static int hold_deaths;

void ut_hold_deaths(int on)
{
	hold_deaths = on;
}

static int status_of(const siginfo_t *si)
{
	switch (si->si_code) {
	case CLD_EXITED: return (si->si_status & 0xff) << 8;
	case CLD_KILLED: return si->si_status;
	case CLD_DUMPED: return si->si_status | 0x80;
	case CLD_CONTINUED: return 0xffff;
	default: return si->si_status << 8 | 0x7f; // a tracee's whole code (R7)
	}
}

// What stopped next, as waitid tells it: with the user whose it is. While deaths are held, they stay where they are.
struct waited {
	int status;
	uint32_t uid;
	struct rusage ru;
};

static pid_t wait_next(pid_t pid, struct waited *w, int flags)
{
	siginfo_t si;
	si.si_pid = 0;
	flags |= wait_flags | (hold_deaths ? WSTOPPED : WEXITED); // a tracee's stop is told in any case
	if (syscall(SYS_waitid, pid < 0 ? P_ALL : P_PID, pid, &si, flags, want_rusage ? &w->ru : NULL) < 0)
		return -1;
	w->status = status_of(&si);
	w->uid = si.si_uid;
	return si.si_pid;
}

static int is_zombie(pid_t tid)
{
	char path[32], text[64];
	snprintf(path, sizeof path, "/proc/%d/stat", tid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0; // a wait will say so
	ssize_t n = read(fd, text, sizeof text - 1); // the name has 15 bytes at most
	close(fd);
	text[n > 0 ? n : 0] = 0;
	const char *name_end = strrchr(text, ')');
	return name_end && (!strncmp(name_end, ") Z", 3) || !strncmp(name_end, ") X", 3));
}

// What this task tells next. 0: it is a leader that died before its threads, so that it has nothing to tell until those are
// collected. One that was killed stands at its exit, and then a resume that was meant for the stop before takes it
// past that.
int ut_wait_task(pid_t tid, int *status)
{
	struct itimerspec on = { { 0, WAIT_TICK_NS }, { 0, WAIT_TICK_NS } }, off = { { 0, 0 }, { 0, 0 } };
	int error = slice_on ? 0 : make_timer();
	if (error < 0)
		return error;
	if (!slice_on && timer_settime(slice_timer, 0, &on, NULL) < 0)
		return -errno;
	pid_t r;
	do {
		r = waitpid(tid, status, __WALL);
		error = r < 0 ? errno : 0;
	} while (error == EINTR && !is_zombie(tid));
	if (!slice_on)
		timer_settime(slice_timer, 0, &off, NULL);
	return error == EINTR ? 0 : error ? -error : r;
}

static int look_for_death(pid_t tid, int *status)
{
	siginfo_t si;
	si.si_pid = 0;
	if (waitid(P_PID, (id_t)tid, &si, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0)
		return -errno;
	// A tracee's stop is shown to any wait.
	if (si.si_pid == 0 || (si.si_code != CLD_EXITED && si.si_code != CLD_KILLED && si.si_code != CLD_DUMPED))
		return 0;
	*status = status_of(&si);
	return 1;
}

int ut_peek_death(pid_t tid, int us, int *status)
{
	const struct timespec pause = { .tv_nsec = DEATH_PAUSE_NS };
	struct timespec began, now;
	int r = look_for_death(tid, status);
	if (r != 0 || us == 0)
		return r;
	clock_gettime(CLOCK_MONOTONIC, &began);
	for (;;) {
		nanosleep(&pause, NULL); // it may need this CPU
		r = look_for_death(tid, status);
		if (r != 0)
			return r;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if ((now.tv_sec - began.tv_sec) * 1000000L + (now.tv_nsec - began.tv_nsec) / 1000 > us)
			return 0;
	}
}

static int has_stopped(pid_t tid)
{
	siginfo_t si;
	si.si_pid = 0;
	return waitid(P_PID, (id_t)tid, &si, WSTOPPED | WNOHANG | WNOWAIT | __WALL) == 0 && si.si_pid != 0;
}

int ut_interrupt(pid_t tid)
{
	if (has_stopped(tid))
		return -EALREADY;
	if (ptrace(PTRACE_INTERRUPT, tid, 0, 0) < 0)
		return -errno;
	return has_stopped(tid);
}

int ut_take_continued(pid_t tid, int peek, int *status)
{
	siginfo_t si;
	si.si_pid = 0;
	if (waitid(P_PID, (id_t)tid, &si, WCONTINUED | WNOHANG | __WALL | (peek ? WNOWAIT : 0)) < 0)
		return -errno;
	if (si.si_pid == 0)
		return 0;
	*status = status_of(&si);
	return 1;
}

// Looks again and again for a short while: on another CPU the tracee's stop is seen sooner than a wake-up brings it.
static pid_t wait_spinning(struct waited *w)
{
	struct timespec began, now;
	clock_gettime(CLOCK_MONOTONIC, &began);
	for (;;) {
		for (int i = 0; i < 8; i++) {
			pid_t tid = wait_next(-1, w, WNOHANG);
			if (tid != 0)
				return tid;
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
		if ((now.tv_sec - began.tv_sec) * 1000000000L + now.tv_nsec - began.tv_nsec > spin_ns)
			return 0;
	}
}

static void count_crew(pid_t tid)
{
	uint32_t n = ut_stats.crew_count;
	for (uint32_t i = 0; i < n && i < UT_CREW; i++)
		if (ut_stats.crew[i] == tid)
			return;
	if (n < UT_CREW)
		ut_stats.crew[n] = tid;
	if (n <= UT_CREW)
		ut_stats.crew_count++;
}

// What a wait brought, into the next slot of the event buffer.
static void take(struct ut_event *ev, pid_t tid, const struct waited *w)
{
	ev->tid = tid;
	ev->status = w->status;
	ev->uid = w->uid;
	if (want_rusage) {
		ev->utime_us = (uint64_t)w->ru.ru_utime.tv_sec * 1000000 + (uint64_t)w->ru.ru_utime.tv_usec;
		ev->stime_us = (uint64_t)w->ru.ru_stime.tv_sec * 1000000 + (uint64_t)w->ru.ru_stime.tv_usec;
	}
	ut_read_event(ev);
	ut_stats.stops++;
	if (tid != ut_stats.last_tid) {
		ut_stats.last_tid = tid;
		ut_stats.switches++;
		count_crew(tid);
	}
}

// Fills the event buffer. Blocks for the first event when `block`, but never past the slice. Looks for `max` events, or for
// all there are when one is of a group. Returns how many events there are; 0: none (the slice is over, or nobody is
// ready); -ECHILD: no tracees at all.
int ut_collect(int max, int block)
{
	int n = 0, began = atomic_load_explicit(&ticks, memory_order_relaxed);
	if (max > capacity)
		max = capacity;
	while (n < max) {
		struct waited w;
		pid_t tid = 0;
		if (spin_ns && block && n == 0)
			tid = wait_spinning(&w);
		if (tid == 0)
			tid = wait_next(-1, &w, n || !block ? WNOHANG : 0);
		if (tid < 0) {
			if (errno == EINTR) {
				int now = atomic_load_explicit(&ticks, memory_order_relaxed);
				if (now - began >= slice_idle_ticks || now >= slice_max_ticks)
					return n;
				continue;
			}
			return n ? n : -errno;
		}
		if (tid == 0)
			return n;
		take(&events[n], tid, &w);
		if (ut_is_of_group(&events[n++]))
			max = capacity;
	}
	return n;
}

// The same for just these tasks, at most as many as the buffer holds; those that have not stopped are passed over.
// The kernel finds a task by its id at once, where a wait for any goes through all tracees each time.
int ut_collect_of(const int32_t *tids, int count)
{
	int n = 0;
	for (int i = 0; i < count && n < capacity; i++) {
		struct waited w;
		pid_t tid = wait_next(tids[i], &w, WNOHANG);
		if (tid > 0)
			take(&events[n++], tid, &w);
	}
	return n;
}
