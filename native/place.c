// Where the tracer runs. A stop costs several times less when tracer and tracee share a CPU. The scheduler places a
// waking tracee on its last CPU if that looks idle, and a CPU that runs only a SCHED_IDLE task does: so the tracer
// goes to the tracee's CPU and steps down to SCHED_IDLE. The tracee's own affinity and policy are never touched.
#include "utrace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

int ut_place_leave(void)
{
	struct sched_param sp = { 0 };
	if (!entered)
		return 0;
	entered = 0;
	current_cpu = -1;
	if (sched_setscheduler(0, saved_policy, &sp) < 0)
		return -errno;
	return sched_setaffinity(0, sizeof saved_mask, &saved_mask) < 0 ? -errno : 0;
}
