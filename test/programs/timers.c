// Timers, as the kernel has them: one line for each fact, and none says how long anything took. The simulated kernel is to print
// the same (test/conformance/timers.test.ts has the same program for it).
#include "common.h"

#include <sys/time.h>

static int last_signo, last_code, last_value, ticks;

static void note(int signo, siginfo_t *info, void *context)
{
	(void)context;
	last_signo = signo;
	last_code = info->si_code;
	last_value = info->si_value.sival_int;
	ticks++;
}

static void handle(int signo)
{
	struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
	sigaction(signo, &action, NULL);
}

// Signals come in here only: none is lost, however slow the machine.
static int await(void)
{
	sigset_t none;
	sigemptyset(&none);
	return sigsuspend(&none) < 0 ? errno : 0;
}

static void set_real(int ms, int interval)
{
	struct itimerval t = {{interval / 1000, interval % 1000 * 1000}, {ms / 1000, ms % 1000 * 1000}};
	setitimer(ITIMER_REAL, &t, NULL);
}

static int is_real_set(void)
{
	struct itimerval t;
	getitimer(ITIMER_REAL, &t);
	return t.it_value.tv_sec != 0 || t.it_value.tv_usec != 0;
}

// Raw calls: the kernel's own numbers of timers.
static int create(int clock, int notify, int signo, int value, int tid)
{
	struct { uint64_t value; int signo, notify, tid, rest[11]; } event = {(uint64_t)value, signo, notify, tid, {0}};
	int id = -1;
	if (syscall(SYS_timer_create, clock, notify < 0 ? NULL : (void *)&event, &id) < 0) return -errno;
	return id;
}

static int set(int id, int flags, long sec, long ms, long interval)
{
	struct itimerspec t = {{0, interval * 1000000}, {sec, ms * 1000000}};
	return syscall(SYS_timer_settime, id, flags, &t, NULL) < 0 ? errno : 0;
}

static int is_set(int id)
{
	struct itimerspec t;
	if (syscall(SYS_timer_gettime, id, &t) < 0) return -errno;
	return t.it_value.tv_sec != 0 || t.it_value.tv_nsec != 0;
}

static int take(int signo, siginfo_t *info)
{
	sigset_t set;
	struct timespec none = {0, 0};
	sigemptyset(&set);
	sigaddset(&set, signo);
	int result = sigtimedwait(&set, info, &none);
	return result < 0 ? -errno : result;
}

int main(int argc, char **argv)
{
	siginfo_t info;
	if (argc > 1) {
		say("after exec: the interval timer %d, the other %d", is_real_set(), is_set(0));
		return 0;
	}
	sigset_t both;
	sigemptyset(&both);
	sigaddset(&both, SIGALRM);
	sigaddset(&both, SIGUSR1);
	sigprocmask(SIG_BLOCK, &both, NULL);
	say("alarm: %d", alarm(0) > 90); // of common.h
	alarm(50);
	say("alarm again: %d", alarm(7));
	say("what it is: %d", is_real_set());
	say("alarm off: %d", alarm(0));

	handle(SIGALRM);
	set_real(20, 0);
	say("sigsuspend: %d", await());
	say("SIGALRM: %d, code %d; then %d", last_signo, last_code, is_real_set());
	ticks = 0;
	set_real(50, 50);
	while (ticks < 3) await();
	say("three ticks, and it goes on: %d", is_real_set());
	set_real(0, 0);

	set_real(5, 1000);
	nap(30);
	say("it waits for the signal to be taken: %d", is_real_set());
	say("taken: %d", take(SIGALRM, &info));
	say("it goes on: %d", is_real_set());
	set_real(0, 0);
	take(SIGALRM, &info);

	set_real(90000, 0);
	pid_t pid = fork();
	if (pid == 0) _exit(is_real_set());
	int status;
	waitpid(pid, &status, 0);
	say("in a child: %d", WEXITSTATUS(status));
	pid = fork();
	if (pid == 0) {
		signal(SIGALRM, SIG_DFL);
		set_real(10, 0);
		for (;;) await();
	}
	waitpid(pid, &status, 0);
	say("nobody handles it: %d", WTERMSIG(status));

	handle(SIGUSR1);
	int one = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 42, 0);
	say("the first timer: %d", one);
	say("not set: %d", is_set(one));
	say("set: %d", set(one, 0, 0, 200, 0));
	say("so it is: %d", is_set(one));
	await();
	say("signal %d, code %d, value %d; then %d", last_signo, last_code, last_value, is_set(one));
	say("in the past: %d", set(one, TIMER_ABSTIME, 0, 1, 0));
	await();
	say("signal %d, overrun %d", last_signo, (int)syscall(SYS_timer_getoverrun, one));

	kill(getpid(), SIGUSR1);
	set(one, 0, 0, 100, 100);
	nap(550);
	int got = take(SIGUSR1, &info);
	say("kill's comes first: %d, code %d", got, info.si_code);
	got = take(SIGUSR1, &info);
	say("then the timer's: %d, code %d, overrun %d", got, info.si_code, info.si_overrun >= 3);
	say("nothing else is there: %d", take(SIGUSR1, &info));
	say("it goes on: %d", is_set(one));
	set(one, 0, 0, 0, 0);

	int two = create(CLOCK_REALTIME, -1, 0, 0, 0);
	say("the second: %d", two);
	set(two, 0, 0, 5, 0);
	await();
	say("without an event: %d, value %d", last_signo, last_value);
	int three = create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0, 0);
	say("one that tells nobody: %d", three);
	set(three, 0, 60, 0, 0);
	say("it counts: %d", is_set(three));
	int four = create(CLOCK_MONOTONIC, 4, SIGUSR1, 7, getpid());
	ticks = 0;
	set(four, 0, 0, 5, 0);
	await();
	say("for a thread: %d, value %d", ticks, last_value);
	say("delete: %d", (int)syscall(SYS_timer_delete, four));
	say("then: %d", is_set(four));
	say("no such clock: %d", create(99, SIGEV_SIGNAL, SIGUSR1, 0, 0));
	say("no such thread: %d", create(CLOCK_MONOTONIC, 4, SIGUSR1, 0, 1));
	say("no such event: %d", create(CLOCK_MONOTONIC, 9, SIGUSR1, 0, 0));
	say("no such time: %d", set(one, 0, -1, 0, 0));
	say("nor that: %d", set(one, 0, 0, 1000, 0));

	set_real(90000, 0);
	execl("/proc/self/exe", argv[0], "again", (char *)NULL);
	return 1;
}
