// Where the tracer runs. A stop costs several times less when tracer and tracee share a CPU. The scheduler places a
// waking tracee on its last CPU if that looks idle, and a CPU that runs only a SCHED_IDLE task does: so the tracer
// goes to the tracee's CPU and steps down to SCHED_IDLE. Where several take turns, as a tracer that is served and its
// tracee do, the others are brought there once: a task is placed when it is woken, so its affinity is one CPU for the
// length of that one request, and then what it was.
#include "utrace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static cpu_set_t saved_mask;
static int saved_policy, entered, current_cpu = -1;

// The CPU the task runs on or ran last: field 39 of /proc/TID/stat.
int ut_task_cpu(pid_t tid)
{
	char path[32], text[1024];
	snprintf(path, sizeof path, "/proc/%d/stat", (int)tid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return -EIO;
	text[n] = 0;
	char *p = strrchr(text, ')');
	for (int field = 2; p && field < 39; field++)
		p = strchr(p + 1, ' ');
	return p ? atoi(p) : -EIO;
}

// Whether this thread may come back from SCHED_IDLE: with CAP_SYS_NICE, or an RLIMIT_NICE that allows nice 0.
int ut_place_allowed(void)
{
	if (sched_getscheduler(0) != SCHED_OTHER)
		return 0; // somebody chose a policy for us: leave it
	unsigned long long caps = 0;
	FILE *f = fopen("/proc/thread-self/status", "re");
	if (f) {
		char line[256];
		while (fgets(line, sizeof line, f))
			if (sscanf(line, "CapEff: %llx", &caps) == 1)
				break;
		fclose(f);
	}
	if (caps & (1ULL << 23)) // CAP_SYS_NICE
		return 1;
	struct rlimit rl;
	return getrlimit(RLIMIT_NICE, &rl) == 0 && rl.rlim_cur >= 20;
}

// The system calls themselves: as many bytes as the kernel has CPUs for, where libc would make it more.
int ut_affinity(pid_t tid, void *mask, size_t len)
{
	long r = syscall(SYS_sched_getaffinity, tid, len, mask);
	return r < 0 ? -errno : (int)r;
}

int ut_set_affinity(pid_t tid, const void *mask, size_t len)
{
	return syscall(SYS_sched_setaffinity, tid, len, mask) < 0 ? -errno : 0;
}

int ut_place_enter(int cpu)
{
	struct sched_param sp = { 0 };
	if (!entered) {
		saved_policy = sched_getscheduler(0);
		if (sched_getaffinity(0, sizeof saved_mask, &saved_mask) < 0)
			return -errno;
		if (!CPU_ISSET(cpu, &saved_mask))
			return -EINVAL; // not a CPU we were given
		if (sched_setscheduler(0, SCHED_IDLE, &sp) < 0)
			return -errno;
		entered = 1;
	}
	if (cpu != current_cpu) {
		cpu_set_t one;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!CPU_ISSET(cpu, &saved_mask))
			return -EINVAL;
		if (sched_setaffinity(0, sizeof one, &one) < 0)
			return -errno;
		current_cpu = cpu;
	}
	return 0;
}

static pid_t coming[UT_CREW];
static int coming_count;

// With its next resume the task is to come to the CPU where we are.
void ut_place_bring(pid_t tid)
{
	if (entered && coming_count < UT_CREW)
		coming[coming_count++] = tid;
}

static int resume(pid_t tid, int request, unsigned long data)
{
	return ptrace(request, tid, 0, data) < 0 ? -errno : 0;
}

static int bring(pid_t tid, int request, unsigned long data)
{
	struct sched_param sp = { 0 };
	cpu_set_t mask, one;
	CPU_ZERO(&one);
	CPU_SET(current_cpu, &one);
	if (sched_getaffinity(tid, sizeof mask, &mask) < 0 || !CPU_ISSET(current_cpu, &mask) || CPU_EQUAL(&mask, &one))
		return resume(tid, request, data);
	// As SCHED_IDLE we would be off the CPU before its affinity is its own again.
	sched_setscheduler(0, saved_policy, &sp);
	int brought = sched_setaffinity(tid, sizeof one, &one) == 0;
	int r = resume(tid, request, data);
	if (brought)
		sched_setaffinity(tid, sizeof mask, &mask);
	sched_setscheduler(0, SCHED_IDLE, &sp);
	return r;
}

int ut_resume(pid_t tid, int request, unsigned long data)
{
	for (int i = 0; i < coming_count; i++) {
		if (coming[i] != tid)
			continue;
		coming[i] = coming[--coming_count];
		return bring(tid, request, data);
	}
	return resume(tid, request, data);
}

int ut_place_leave(void)
{
	struct sched_param sp = { 0 };
	if (!entered)
		return 0;
	entered = 0;
	current_cpu = -1;
	coming_count = 0;
	if (sched_setscheduler(0, saved_policy, &sp) < 0)
		return -errno;
	return sched_setaffinity(0, sizeof saved_mask, &saved_mask) < 0 ? -errno : 0;
}
