// Threads in the cases where threads matter. The first argument says which:
//   leader-first   the leader exits, a thread goes on and ends the process
//   sibling-last   a thread exits with SYS_exit, then the leader returns
//   kill           a thread dies of SIGSEGV and takes the others along
//   exec FILE      a thread that is not the leader execs
//   many N         N threads sleep for ever; says "ready" when all are there
//   born N         for ever: N threads at a time are born, do a little and end
//   churn N        N threads in all are born and end, 20 at a time
//   burst N        waits for a line on standard input, then makes N threads that sleep
#include "common.h"

#include <pthread.h>

static void *sleeps(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *works(void *arg)
{
	for (int i = 0; i < 3; i++)
		syscall(SYS_getppid);
	return arg;
}

static void *ends_process(void *arg)
{
	nap(50);
	say("last thread");
	exit(5);
	return arg;
}

static void *exits(void *arg)
{
	syscall(SYS_exit, 7);
	return arg;
}

static void *crashes(void *arg)
{
	nap(30);
	*(volatile int *)8 = 1;
	return arg;
}

static void *execs(void *arg)
{
	nap(30);
	execl(arg, arg, (char *)NULL);
	say("exec failed");
	return arg;
}

static pthread_t start(void *(*f)(void *), void *arg)
{
	pthread_t t;
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	int r = pthread_create(&t, &attr, f, arg);
	if (r != 0) {
		say("pthread_create: %s", strerror(r));
		exit(98);
	}
	return t;
}

static void batch(int n)
{
	pthread_t t[256];
	for (int i = 0; i < n; i++)
		t[i] = start(works, NULL);
	for (int i = 0; i < n; i++)
		pthread_join(t[i], NULL);
}

int main(int argc, char **argv)
{
	const char *mode = argv[1];
	int n = argc > 2 ? atoi(argv[2]) : 0;
	if (!strcmp(mode, "leader-first")) {
		start(ends_process, NULL);
		syscall(SYS_exit, 3);
	} else if (!strcmp(mode, "sibling-last")) {
		start(exits, NULL);
		nap(50);
		return 4;
	} else if (!strcmp(mode, "kill")) {
		start(sleeps, NULL);
		start(crashes, NULL);
		sleeps(NULL);
	} else if (!strcmp(mode, "exec")) {
		start(sleeps, NULL);
		start(execs, argv[2]);
		sleeps(NULL);
	} else if (!strcmp(mode, "many") || !strcmp(mode, "burst")) {
		if (*mode == 'b') {
			char byte;
			say("waiting");
			read(0, &byte, 1);
		}
		for (int i = 0; i < n; i++)
			start(sleeps, NULL);
		say("ready");
		sleeps(NULL);
	} else if (!strcmp(mode, "born")) {
		say("ready");
		for (;;)
			batch(n);
	} else if (!strcmp(mode, "churn")) {
		for (; n > 0; n -= 20)
			batch(n < 20 ? n : 20);
		say("churned");
	}
	return 0;
}
