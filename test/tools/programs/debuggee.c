// What real tools are tried on; the first argument says which scene. Nothing here depends on who runs first: every
// thread is waited for before the next goes on. Its results are exit statuses, so that no output mixes with a tool's.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

volatile int counter;
volatile int handled;

int add(int a, int b)
{
	int sum = a + b;
	return sum;
}

int twice(int n)
{
	int once = add(n, 0);
	return add(once, n);
}

void on_signal(int sig)
{
	handled = sig;
}

// --- threads: each waits for its turn in a read, and takes it alone ---

static int turn[3][2], done[2];

void take_turn(long n)
{
	counter += (int)n;
}

static void *worker(void *arg)
{
	long n = (long)arg;
	char c;
	while (read(turn[n - 1][0], &c, 1) == 1) {
		take_turn(n);
		if (write(done[1], &c, 1) != 1)
			abort();
	}
	return NULL;
}

void meet(void)
{
	__asm__ volatile("nop");
}

// Until a thread sleeps in its read.
static void settled(long tid)
{
	char path[64], text[16];
	snprintf(path, sizeof path, "/proc/self/task/%ld/syscall", tid);
	for (;;) {
		int fd = open(path, O_RDONLY);
		ssize_t n = read(fd, text, sizeof text - 1);
		close(fd);
		if (n >= 2 && text[0] == '0' && text[1] == ' ')
			return;
		usleep(500);
	}
}

static volatile long last_tid;
static void *born(void *arg)
{
	last_tid = syscall(SYS_gettid);
	return worker(arg);
}

static int threads(int n)
{
	pthread_t t[3];
	char c = 0;
	if (pipe(done) != 0)
		return 1;
	for (long i = 0; i < n; i++) {
		if (pipe(turn[i]) != 0)
			return 1;
		last_tid = 0;
		pthread_create(&t[i], NULL, born, (void *)(i + 1));
		while (last_tid == 0)
			usleep(500);
		settled(last_tid);
	}
	meet();
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < n; i++)
			if (write(turn[i][1], &c, 1) != 1 || read(done[0], &c, 1) != 1)
				return 1;
	for (int i = 0; i < n; i++) {
		close(turn[i][1]);
		pthread_join(t[i], NULL);
	}
	return counter;
}

// --- processes ---

int in_child(int n)
{
	return n + 1;
}

static int forks(void)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(in_child(4));
	int status = 0;
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status) + 20;
}

static int vforks(void)
{
	pid_t pid = vfork();
	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	int status = 0;
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status) + 30;
}

static void *execs(void *arg)
{
	usleep(50000); // a tracer that holds the leader still from its birth would lose it
	execl("/bin/true", "true", (char *)NULL);
	return arg;
}

static int thread_execs(void)
{
	pthread_t t;
	pthread_create(&t, NULL, execs, NULL);
	pthread_join(t, NULL);
	return 1;
}

// --- signals ---

static int signals(void)
{
	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, on_signal);
	raise(SIGUSR1);
	int first = handled;
	handled = 0;
	raise(SIGUSR2);
	return first + handled;
}

static int crash(void)
{
	volatile int *nowhere = NULL;
	counter = 42;
	return *nowhere;
}

// --- for as long as one likes ---

static int loop(void)
{
	if (write(1, "ready\n", 6) != 6)
		return 1;
	for (;;) {
		counter = twice(counter) % 1000 + 1;
		usleep(1000);
	}
}

// So many calls of a function; in between so many openat and write.
static int hits(int n)
{
	int sum = 0;
	int null = open("/dev/null", O_WRONLY);
	for (int i = 0; i < n; i++) {
		sum = add(sum, i);
		close(open("/dev/null", O_RDONLY));
		if (write(null, "x", 1) != 1)
			return 1;
	}
	return sum & 0x7f;
}

// So many children, one after the other; each is waited for once, and says how it ended. Now and then a thread, an exec,
// a vfork. Whoever was killed from outside is forgiven.
static int family(int n)
{
	for (int i = 0; i < n; i++) {
		pid_t pid = i % 7 == 3 ? vfork() : fork();
		if (pid == 0) {
			if (i % 7 == 3)
				execl("/bin/true", "true", (char *)NULL);
			for (int k = 0; k < 5; k++)
				syscall(SYS_getppid);
			_exit(i & 0x3f);
		}
		if (pid < 0)
			continue;
		int status = 0;
		pid_t got = waitpid(-1, &status, 0);
		int wanted = i % 7 == 3 ? 0 : i & 0x3f;
		int right = WIFEXITED(status) ? WEXITSTATUS(status) == wanted : WTERMSIG(status) == SIGKILL;
		if (got != pid || !right) {
			fprintf(stderr, "wrong: child %d of %d: wait gave %d with 0x%x\n", pid, i, got, status);
			return 1;
		}
	}
	if (waitpid(-1, NULL, 0) != -1)
		fprintf(stderr, "wrong: one child too many\n");
	return 0;
}

// A bare loop for stepping.
static int steps(int n)
{
	for (int i = 0; i < n; i++)
		counter += i;
	return 0;
}

// Waits for a line, then does `hits`.
static int when_told(int n)
{
	char c;
	if (write(1, "ready\n", 6) != 6 || read(0, &c, 1) != 1)
		return 1;
	return hits(n);
}

int main(int argc, char **argv)
{
	const char *scene = argc > 1 ? argv[1] : "";
	int n = argc > 2 ? atoi(argv[2]) : 0;
	alarm(90); // whatever becomes of the test: nobody is left for long
	if (!strcmp(scene, "threads"))
		return threads(3);
	if (!strcmp(scene, "fork"))
		return forks();
	if (!strcmp(scene, "vfork"))
		return vforks();
	if (!strcmp(scene, "exec"))
		return execl("/bin/true", "true", (char *)NULL);
	if (!strcmp(scene, "thread-exec"))
		return thread_execs();
	if (!strcmp(scene, "signals"))
		return signals();
	if (!strcmp(scene, "crash"))
		return crash();
	if (!strcmp(scene, "loop"))
		return loop();
	if (!strcmp(scene, "hits"))
		return hits(n);
	if (!strcmp(scene, "family"))
		return family(n);
	if (!strcmp(scene, "steps"))
		return steps(n);
	if (!strcmp(scene, "when-told"))
		return when_told(n);
	counter = twice(3);
	counter += twice(counter);
	if (write(open("/dev/null", O_WRONLY), "x", 1) != 1)
		return 1;
	return counter;
}
