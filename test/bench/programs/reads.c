// Reads 512 bytes of its own executable N times (argument; default 200000): a system call that does some work.
// With a second argument, the calls are made under a seccomp filter that traces openat and allows the rest: what such a
// filter costs by itself, without any tracer. With a third, the calls are getppid. Prints nanoseconds a call.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void filter(void)
{
	struct sock_filter program[] = {
		{ 0x20, 0, 0, 4 },          // arch
		{ 0x15, 1, 0, 0xc000003e }, // x86-64
		{ 0x06, 0, 0, 0x7fff0000 }, // allow
		{ 0x20, 0, 0, 0 },          // nr
		{ 0x15, 0, 1, SYS_openat },
		{ 0x06, 0, 0, 0x7ff00000 }, // trace
		{ 0x06, 0, 0, 0x7fff0000 }, // allow
	};
	struct sock_fprog prog = { 7, program };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog))
		exit(1);
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 200000;
	char buffer[512];
	struct timespec a, b;
	int fd = open("/proc/self/exe", O_RDONLY), cheap = argc > 3;
	if (fd < 0)
		return 1;
	if (argc > 2 && argv[2][0] == 'f')
		filter();
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (long i = 0; i < n; i++)
		if (cheap)
			syscall(SYS_getppid);
		else if (pread(fd, buffer, sizeof buffer, 0) != sizeof buffer)
			return 1;
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%.2f\n", ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / (double)n);
	return 0;
}
