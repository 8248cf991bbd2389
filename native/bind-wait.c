// Resuming, waiting, the slice and where we run, as JavaScript calls them.
#include "binding.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>

#define SLICE_OVER 0x10000 // in the answer of step: the slice is used up

// setEvents(buffer): the event slots; the caller keeps the buffer alive.
FN(set_events, 1)
{
	size_t len;
	void *data = bytes(a, 0, &len);
	if (data)
		ut_events_set(data, (int)(len / sizeof(struct ut_event)));
	return int_(env, (int)(len / sizeof(struct ut_event)));
}

// step(tid, request, data, max, block): resume, unless request is 0, and collect. A task that died under the
// request (ESRCH) is no failure: its death is among the next events.
FN(step, 5)
{
	int request = i32(a, 1);
	if (request) {
		int r = ut_resume(i32(a, 0), request, (unsigned long)i32(a, 2));
		if (r < 0 && r != -ESRCH)
			return int_(env, r - 10000); // told apart from what waiting returns
	}
	int n = ut_collect(i32(a, 3), i32(a, 4));
	return int_(env, n >= 0 && ut_slice_over() ? n | SLICE_OVER : n);
}

FN(resume, 3)
{
	return int_(env, ut_resume(i32(a, 0), i32(a, 1), (unsigned long)i32(a, 2)));
}

FN(slice_begin, 3)
{
	return int_(env, ut_slice_begin((long)u64(a, 0), i32(a, 1), i32(a, 2)));
}

FN(slice_end, 0)
{
	return int_(env, ut_slice_end());
}

FN(want_rusage, 1)
{
	ut_want_rusage(i32(a, 0));
	return NULL;
}

FN(spin, 1)
{
	ut_spin((long)u64(a, 0));
	return NULL;
}

// stats(bytes): since the slice began, as 32-bit words: stops, switches between tasks, last tid, how many tasks there were
// (5: more than 4), and the first four of them.
FN(stats, 1)
{
	size_t len;
	void *data = bytes(a, 0, &len);
	if (data && len >= sizeof ut_stats)
		memcpy(data, &ut_stats, sizeof ut_stats);
	return NULL;
}

FN(task_cpu, 1)
{
	return int_(env, ut_task_cpu(i32(a, 0)));
}

FN(place_enter, 1)
{
	return int_(env, ut_place_enter(i32(a, 0)));
}

FN(place_leave, 0)
{
	return int_(env, ut_place_leave());
}

FN(place_bring, 1)
{
	ut_place_bring(i32(a, 0));
	return NULL;
}

FN(place_allowed, 0)
{
	return int_(env, ut_place_allowed());
}

FN(current_cpu, 0)
{
	return int_(env, sched_getcpu());
}

FN(sched_policy, 1)
{
	int r = sched_getscheduler(i32(a, 0));
	return int_(env, r < 0 ? -errno : r);
}

// affinity(tid, bytes), setAffinity(tid, bytes)
FN(affinity, 2)
{
	size_t len;
	void *mask = bytes(a, 1, &len);
	return mask ? int_(env, ut_affinity(i32(a, 0), mask, len)) : NULL;
}

FN(set_affinity, 2)
{
	size_t len;
	const void *mask = bytes(a, 1, &len);
	return mask ? int_(env, ut_set_affinity(i32(a, 0), mask, len)) : NULL;
}

// collectOf(tids, from, count): the stops and deaths of just these tasks, as far as there are any, into the event buffer.
FN(collect_of, 3)
{
	size_t len;
	const int32_t *tids = bytes(a, 0, &len);
	int from = i32(a, 1), count = i32(a, 2);
	if (!tids || from < 0 || count < 0 || (size_t)from + (size_t)count > len / sizeof *tids)
		return int_(env, -EINVAL);
	int n = ut_collect_of(tids + from, count);
	return int_(env, ut_slice_over() ? n | SLICE_OVER : n);
}

// Where the caller wants a wait status, 4 bytes; NULL: nowhere.
static void *room_for_status(const struct args *a, int i)
{
	size_t len;
	void *data = bytes(a, i, &len);
	return data && len >= sizeof(int) ? data : NULL;
}

// waitChild(pid, bytes): a child that is not traced; the status into 4 bytes. Returns pid, 0 or a negated errno.
FN(wait_child, 2)
{
	int status = 0;
	void *data = room_for_status(a, 1);
	if (!data)
		return NULL;
	pid_t r = waitpid(i32(a, 0), &status, WNOHANG);
	memcpy(data, &status, sizeof status);
	return int_(env, r < 0 ? -errno : r);
}

// waitTask(tid, bytes): blocks for one tracee that is known to trap at once. The status into 4 bytes. 0: see ut_wait_task.
FN(wait_task, 2)
{
	int status = 0;
	void *data = room_for_status(a, 1);
	if (!data)
		return NULL;
	int r = ut_wait_task(i32(a, 0), &status);
	memcpy(data, &status, sizeof status);
	return int_(env, r);
}

// holdDeaths(on): from now on `step` collects stops only.
FN(hold_deaths, 1)
{
	ut_hold_deaths(i32(a, 0));
	return NULL;
}

// waitAll(on): from now on `step` collects ordinary children, too.
FN(wait_all, 1)
{
	ut_wait_all(i32(a, 0));
	return NULL;
}

// peekDeath(tid, us, bytes): whether a tracee is dead, or is so within `us` microseconds, without reaping it: 1 and the status into 4
// bytes, 0, or a negated errno.
FN(peek_death, 3)
{
	int status = 0;
	void *data = room_for_status(a, 2);
	if (!data)
		return NULL;
	int r = ut_peek_death(i32(a, 0), i32(a, 1), &status);
	memcpy(data, &status, sizeof status);
	return int_(env, r);
}

// takeContinued(tid, peek, bytes): the news that a tracee's process was continued; 1 and the status into 4 bytes, or 0.
FN(take_continued, 3)
{
	int status = 0;
	void *data = room_for_status(a, 2);
	if (!data)
		return NULL;
	int r = ut_take_continued(i32(a, 0), i32(a, 1), &status);
	memcpy(data, &status, sizeof status);
	return int_(env, r);
}

const struct binding bind_wait[] = {
	{ "setEvents", set_events },
	{ "step", step },
	{ "resume", resume },
	{ "sliceBegin", slice_begin },
	{ "sliceEnd", slice_end },
	{ "wantRusage", want_rusage },
	{ "spin", spin },
	{ "stats", stats },
	{ "taskCpu", task_cpu },
	{ "placeEnter", place_enter },
	{ "placeLeave", place_leave },
	{ "placeBring", place_bring },
	{ "placeAllowed", place_allowed },
	{ "currentCpu", current_cpu },
	{ "schedPolicy", sched_policy },
	{ "affinity", affinity },
	{ "setAffinity", set_affinity },
	{ "collectOf", collect_of },
	{ "waitChild", wait_child },
	{ "waitTask", wait_task },
	{ "holdDeaths", hold_deaths },
	{ "waitAll", wait_all },
	{ "peekDeath", peek_death },
	{ "takeContinued", take_continued },
	{ NULL, NULL },
};
