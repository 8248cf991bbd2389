// A tracer and its tracee in quick turns, each of whom looks at affinities: they are those that everybody had at first.
//   affinity N         N stops of a tracee's; the tracer has children and threads meanwhile, and so does the tracee
//   affinity exec N    after N stops a thread that is none of the leader calls exec
//   affinity pin N     the tracer is pinned by somebody else meanwhile
// Says `wrong: …` of what is not so, `began TRACER TRACEE`, and in the end `done`, after which it waits for a moment.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static cpu_set_t first;
static char first_text[256];
static volatile int newborns;

static void allowed(const char *pid, char *to, size_t size)
{
	char path[64], line[256];
	snprintf(path, sizeof path, "/proc/%s/status", pid);
	FILE *f = fopen(path, "re");
	*to = 0;
	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, "Cpus_allowed:", 13))
			snprintf(to, size, "%.200s", line);
	if (f)
		fclose(f);
}

static void look(const char *who)
{
	cpu_set_t now;
	if (sched_getaffinity(0, sizeof now, &now) < 0 || !CPU_EQUAL(&now, &first))
		printf("wrong: %s has %d CPUs\n", who, CPU_COUNT(&now)), fflush(stdout);
}

static void *thread(void *who)
{
	look(who);
	newborns++;
	return NULL;
}

static void have_newborns(const char *who)
{
	pthread_t t;
	pthread_create(&t, NULL, thread, (void *)who);
	pthread_join(t, NULL);
	pid_t pid = fork();
	if (pid == 0) {
		look(who);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void calls(long n, int births)
{
	for (long i = 0; i < n; i++) {
		syscall(SYS_getppid);
		if (births && i % 512 == 511)
			have_newborns("a newborn of the tracee's");
	}
}

static long count;
static char *self;

static void *execs(void *arg)
{
	(void)arg;
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	syscall(SYS_tgkill, getpid(), (pid_t)syscall(SYS_gettid), SIGSTOP);
	calls(count, 0);
	execl(self, self, "look", (char *)NULL);
	_exit(3);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc == 2 && !strcmp(argv[1], "look")) {
		FILE *f = fdopen(9, "r");
		if (!f || fread(&first, sizeof first, 1, f) != 1)
			return 2;
		look("who called exec");
		return 0;
	}
	const char *how = argc > 2 ? argv[1] : "";
	count = atol(argv[argc - 1]);
	sched_getaffinity(0, sizeof first, &first);
	allowed("self", first_text, sizeof first_text);
	int inherited[2];
	if (pipe(inherited) < 0 || write(inherited[1], &first, sizeof first) < 0 || dup2(inherited[0], 9) < 0)
		return 2;
	pid_t tracee = fork();
	if (tracee == 0) {
		if (!strcmp(how, "exec")) {
			pthread_t t;
			pthread_create(&t, NULL, execs, NULL);
			for (;;)
				pause();
		}
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		calls(count, !*how);
		_exit(0);
	}
	int status;
	char text[256], pid[16];
	pid_t tid = waitpid(-1, &status, __WALL);
	snprintf(pid, sizeof pid, "%d", tracee);
	printf("began %d %d\n", getpid(), tracee);
	fflush(stdout);
	ptrace(PTRACE_SETOPTIONS, tid, 0, PTRACE_O_TRACESYSGOOD);
	for (long i = 0; tid > 0 && WIFSTOPPED(status); i++) {
		int sig = WSTOPSIG(status);
		ptrace(PTRACE_SYSCALL, tid, 0, sig == (SIGTRAP | 0x80) || sig == SIGTRAP || sig == SIGSTOP ? 0 : sig);
		tid = waitpid(-1, &status, __WALL);
		if (!strcmp(how, "pin") || i % 512)
			continue;
		look("the tracer");
		have_newborns("a newborn of the tracer's");
		allowed(pid, text, sizeof text);
		if (*text && strcmp(text, first_text))
			printf("wrong: the tracee's status says %s", text), fflush(stdout);
	}
	printf("done\n");
	fflush(stdout);
	usleep(400000);
	if (!newborns && strcmp(how, "pin"))
		printf("wrong: no newborns\n");
	return 0;
}
