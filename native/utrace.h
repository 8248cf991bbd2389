// What the files of the addon share. Mechanism only: each function makes the system calls its name says and returns
// a count or a negated errno; what to do about it is decided in TypeScript (src/linux).
#ifndef UTRACE_NATIVE_H
#define UTRACE_NATIVE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// One stop or death, as the wait loop leaves it in the shared buffer. src/linux/event-buffer.ts mirrors this layout.
struct ut_event {
	int32_t tid;
	int32_t status;    // as wait4 gave it
	int32_t kind;      // enum ut_kind
	int32_t err;       // errno of a failed read (the task died in between), else 0
	uint64_t message;  // PTRACE_GETEVENTMSG for event stops
	uint64_t utime_us; // rusage of the task, when asked for
	uint64_t stime_us;
	uint32_t uid;      // real user id of the task
	uint8_t pad[20];
	union {
		uint8_t siginfo[128]; // UT_SIGNAL
		struct {              // UT_ENTRY, UT_EXIT, UT_SECCOMP: struct ptrace_syscall_info
			uint8_t op;
			uint8_t pad[3];
			uint32_t arch;
			uint64_t ip;
			uint64_t sp;
			uint64_t value[8];
		} call;
	} u;
};

enum ut_kind {
	UT_VOID = 0,    // the task died before it could be read; its death follows
	UT_ENTRY = 1,
	UT_EXIT = 2,
	UT_SECCOMP = 3,
	UT_SIGNAL = 4,
	UT_STOP = 5,    // PTRACE_EVENT_STOP
	UT_EVENT = 6,   // any other PTRACE_EVENT_*
	UT_DEATH = 7,   // exited or killed
	UT_SYSCALL = 8, // a syscall-stop whose direction the kernel did not say
};

_Static_assert(sizeof(struct ut_event) == 192, "mirrored in src/linux/event-buffer.ts");

// read-event.c
void ut_read_event(struct ut_event *ev);
int ut_is_of_group(const struct ut_event *ev);

// wait.c
void ut_events_set(struct ut_event *events, int capacity);
int ut_collect(int max, int block);
int ut_collect_of(const int32_t *tids, int count);
int ut_slice_begin(long period_ns, int idle_ticks, int max_ticks);
int ut_slice_end(void);
int ut_slice_over(void);
void ut_want_rusage(int on);
void ut_spin(long ns);
void ut_hold_deaths(int on);
void ut_wait_all(int on);
int ut_wait_task(pid_t tid, int *status);
int ut_peek_death(pid_t tid, int us, int *status);
int ut_interrupt(pid_t tid);
int ut_take_continued(pid_t tid, int peek, int *status);
#define UT_CREW 4
struct ut_stats {
	uint32_t stops, switches;
	int32_t last_tid;
	uint32_t crew_count; // how many tasks stopped; UT_CREW + 1: more than are told apart
	int32_t crew[UT_CREW];
};
extern struct ut_stats ut_stats;

// memory.c
long ut_read(pid_t tid, uint64_t addr, void *to, size_t len);
long ut_read_string(pid_t tid, uint64_t addr, char *to, size_t max);
long ut_copy_to(pid_t tid, uint64_t addr, const void *from, size_t len);
long ut_write(pid_t tid, uint64_t addr, const void *from, size_t len);
int ut_threads(pid_t pid, int32_t *tids, size_t capacity);
int ut_task_syscall(pid_t tid);

// spawn.c
struct ut_spawn {
	const char *file;
	char **argv, **envp;
	const char *cwd;      // NULL: ours
	int fd[3];            // what becomes 0, 1 and 2; -1: closed
	int32_t uid, gid;     // -1: ours
	int32_t pgid;         // -1: ours; 0: a new process group
	int new_session;
	int foreground_fd;    // make the child's process group the foreground of this terminal; -1: no
	const void *filter;   // struct sock_filter[], or NULL
	size_t filter_count;
	int no_new_privs;
};
struct ut_spawned {
	pid_t pid;
	int go_fd;  // write one byte to let the child go on to exec
	int err_fd; // a failed step: its errno and enum ut_spawn_step, 8 bytes; end of file once the exec is done
};
enum ut_spawn_step {
	UT_STEP_STDIO = 1,
	UT_STEP_SESSION,
	UT_STEP_PGID,
	UT_STEP_FOREGROUND,
	UT_STEP_CWD,
	UT_STEP_GID,
	UT_STEP_UID,
	UT_STEP_SECCOMP,
	UT_STEP_EXEC,
};
int ut_spawn(const struct ut_spawn *how, struct ut_spawned *out);
int ut_become(const struct ut_spawn *how, const char *path, pid_t tracer, const void *ask, size_t ask_len, char *why,
	      size_t why_len);

// place.c
int ut_task_cpu(pid_t tid);
int ut_place_enter(int cpu);
int ut_place_leave(void);
void ut_place_bring(pid_t tid);
int ut_resume(pid_t tid, int request, unsigned long data);
int ut_place_allowed(void);
int ut_affinity(pid_t tid, void *mask, size_t len);
int ut_set_affinity(pid_t tid, const void *mask, size_t len);

#endif
