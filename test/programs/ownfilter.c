// A program with a seccomp filter of its own: getppid is RET_TRACE with the data of the first argument (default 7). Says
// what becomes of that call, and of one that the filter allows.
#include "common.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

static void call(const char *name, long nr)
{
	long r = syscall(nr);
	if (r < 0)
		say("%s = -1 %s", name, strerrorname_np(errno));
	else
		say("%s works", name);
}

int main(int argc, char **argv)
{
	unsigned data = argc > 1 ? (unsigned)atoi(argv[1]) : 7;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | data),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof code / sizeof *code, code };
	call("before", SYS_getppid);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0) {
		say("no filter: %s", strerrorname_np(errno));
		return 1;
	}
	call("getppid", SYS_getppid);
	call("getpid", SYS_getpid);
	return 0;
}
