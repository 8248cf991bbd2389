// What is read of a task without stopping it: its memory, the call it sleeps in and the list of its siblings.
// Memory: process_vm_readv first, /proc/TID/mem where its page protections say no.
#include "utrace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static int open_mem(pid_t tid, int flags)
{
	char path[32];
	snprintf(path, sizeof path, "/proc/%d/mem", (int)tid);
	return open(path, flags | O_CLOEXEC);
}

long ut_read(pid_t tid, uint64_t addr, void *to, size_t len)
{
	struct iovec local = { to, len }, remote = { (void *)(uintptr_t)addr, len };
	ssize_t n = process_vm_readv(tid, &local, 1, &remote, 1, 0);
	if (n == (ssize_t)len || (n < 0 && errno == ESRCH))
		return n < 0 ? -errno : n;
	// A page that is there but not readable stops process_vm_readv, not FOLL_FORCE.
	size_t done = n > 0 ? (size_t)n : 0;
	int fd = open_mem(tid, O_RDONLY);
	if (fd < 0)
		return done ? (long)done : -errno;
	int err = EFAULT;
	while (done < len) {
		n = pread(fd, (char *)to + done, len - done, (off_t)(addr + done));
		if (n < 0)
			err = errno == EIO ? EFAULT : errno;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	close(fd);
	return done ? (long)done : -err;
}

// Reads up to and without the NUL, page by page, so that a string at the end of a mapping is read whole.
// Returns the length; `max` when no NUL was met; -EFAULT when the first byte cannot be read. A fault later on
// returns -(1 << 20) - length: what could be read, not terminated.
long ut_read_string(pid_t tid, uint64_t addr, char *to, size_t max)
{
	size_t done = 0;
	while (done < max) {
		size_t chunk = 4096 - ((addr + done) & 4095);
		if (done == 0 && chunk > 256)
			chunk = 256; // most strings are short
		if (chunk > max - done)
			chunk = max - done;
		long n = ut_read(tid, addr + done, to + done, chunk);
		if (n <= 0)
			return done ? -(1L << 20) - (long)done : n ? n : -EFAULT;
		char *nul = memchr(to + done, 0, (size_t)n);
		if (nul)
			return nul - to;
		done += (size_t)n;
	}
	return (long)done;
}

// As the task itself could write: what it has mapped read-only stays.
long ut_copy_to(pid_t tid, uint64_t addr, const void *from, size_t len)
{
	struct iovec local = { (void *)from, len }, remote = { (void *)(uintptr_t)addr, len };
	ssize_t n = process_vm_writev(tid, &local, 1, &remote, 1, 0);
	return n < 0 ? -errno : n == (ssize_t)len ? n : -EFAULT;
}

long ut_write(pid_t tid, uint64_t addr, const void *from, size_t len)
{
	int fd = open_mem(tid, O_WRONLY);
	if (fd < 0)
		return -errno;
	size_t done = 0;
	int err = EFAULT;
	while (done < len) {
		ssize_t n = pwrite(fd, (const char *)from + done, len - done, (off_t)(addr + done));
		if (n < 0)
			err = errno == EIO ? EFAULT : errno;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	close(fd);
	return done == len ? (long)done : -err;
}

// The tids in /proc/PID/task, in the order of birth. Returns how many there are, also beyond the capacity.
int ut_threads(pid_t pid, int32_t *tids, size_t capacity)
{
	char path[32];
	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	DIR *dir = opendir(path);
	if (!dir)
		return -errno;
	size_t n = 0;
	for (struct dirent *entry; (entry = readdir(dir));) {
		int tid = atoi(entry->d_name);
		if (tid <= 0)
			continue;
		if (n < capacity)
			tids[n] = tid;
		n++;
	}
	closedir(dir);
	return (int)n;
}

// The system call a task sleeps in, from /proc/TID/syscall; -1: it sleeps elsewhere; -2: it runs, or is gone.
int ut_task_syscall(pid_t tid)
{
	char path[40], text[64];
	snprintf(path, sizeof path, "/proc/%d/syscall", (int)tid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -2;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return -2;
	text[n] = 0;
	return text[0] == 'r' ? -2 : atoi(text);
}
