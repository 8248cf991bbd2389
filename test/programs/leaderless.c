// A tracer reads and writes the memory of a process by a /proc/PID/mem that it opened for the leader, after the leader has
// ended and another thread lives on.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile long word = 42;

static void *stay(void *leader)
{
	pthread_join(*(pthread_t *)leader, NULL);
	for (;;)
		pause();
	return NULL;
}

static char state(pid_t pid)
{
	char path[64], text[512] = "";
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	int fd = open(path, O_RDONLY);
	long n = read(fd, text, sizeof text - 1);
	close(fd);
	for (; n > 0; n--)
		if (text[n] == ')')
			return text[n + 2];
	return '?';
}

int main(void)
{
	pid_t child = fork();
	if (child == 0) {
		static pthread_t self, other;
		self = pthread_self();
		raise(SIGSTOP);
		pthread_create(&other, NULL, stay, &self);
		pthread_exit(NULL);
	}
	int status;
	waitpid(child, &status, WUNTRACED);
	printf("SEIZE %ld\n", ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL));
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/mem", child);
	int fd = open(path, O_RDWR);
	waitpid(child, &status, 0);
	ptrace(PTRACE_CONT, child, 0, 0);
	kill(child, SIGCONT);
	while (state(child) != 'Z') {
		int tid = waitpid(-1, &status, __WALL | WNOHANG);
		if (tid <= 0) {
			usleep(1000);
			continue;
		}
		ptrace(PTRACE_CONT, tid, 0, status >> 16 == 0 && WSTOPSIG(status) != SIGTRAP ? WSTOPSIG(status) : 0);
	}
	long value = 0;
	long n = pread(fd, &value, sizeof value, (off_t)&word);
	printf("read %ld: %ld\n", n, value);
	value = 43;
	n = pwrite(fd, &value, sizeof value, (off_t)&word);
	value = 0;
	pread(fd, &value, sizeof value, (off_t)&word);
	printf("written %ld: %ld\n", n, value);
	kill(child, SIGKILL);
	while (waitpid(-1, &status, __WALL) > 0)
		;
	return 0;
}
