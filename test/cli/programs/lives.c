// Processes and threads that come and go in a fixed way: `lives family`, `lives threads`, `lives exec`, `lives killed`,
// `lives stopped`. Each thread's own calls are the same in every run; how they interleave is not.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/** A number the trace shows, so that a reader knows whose calls these are. */
static void mark(int n) { syscall(SYS_prctl, 0x5554, n, 0, 0, 0); }

static void family(void) {
  int status;
  sigset_t chld; // whether it comes before or after wait returns is a matter of luck
  sigemptyset(&chld), sigaddset(&chld, SIGCHLD), sigprocmask(SIG_BLOCK, &chld, NULL);
  for (int k = 0; k < 3; k++) {
    pid_t child = fork();
    if (child == 0) {
      mark(k);
      if (k == 2) execl("/bin/true", "true", (char *)0);
      if (fork() == 0) mark(100 + k), _exit(5);
      wait(NULL);
      _exit(k);
    }
    waitpid(child, &status, 0);
  }
  if (vfork() == 0) execl("/bin/echo", "echo", "vfork", (char *)0), _exit(1);
  wait(&status);
  struct clone_args args = {.exit_signal = SIGCHLD};
  if (syscall(SYS_clone3, &args, sizeof args) == 0) mark(3), syscall(SYS_exit_group, 9);
  waitpid(-1, &status, __WALL);
  args.flags = CLONE_VM | CLONE_SIGHAND, syscall(SYS_clone3, &args, 8), syscall(SYS_clone3, 0, 64);
  pid_t orphan = fork();
  if (orphan == 0) {
    if (fork() == 0) {
      usleep(50000), mark(4);
      _exit(0);
    }
    _exit(0);
  }
  waitpid(orphan, &status, 0);
}

static void *worker(void *arg) {
  int n = (int)(intptr_t)arg;
  char buf[8];
  for (int k = 0; k < 20; k++) {
    mark(n * 100 + k);
    read(-1, buf, n);
    getsockname(-1, NULL, NULL);
    write(-n, "thread", 6);
    if (k % 5 == 0) usleep(1000);
  }
  return NULL;
}

static void threads(void) {
  pthread_t t[4];
  for (int k = 0; k < 4; k++) pthread_create(&t[k], NULL, worker, (void *)(intptr_t)(k + 1));
  for (int k = 0; k < 4; k++) pthread_join(t[k], NULL);
  mark(9);
}

static void *execer(void *arg) {
  (void)arg;
  mark(1);
  usleep(50000); // the other is in pause() by then
  execl("/bin/echo", "echo", "by a thread", (char *)0);
  return NULL;
}

static void exec(void) {
  pthread_t t;
  pthread_create(&t, NULL, execer, NULL);
  for (;;) pause();
}

static void *sleeper(void *arg) {
  for (;;) pause();
  return arg;
}

static void killed(void) {
  pthread_t t;
  pthread_create(&t, NULL, sleeper, NULL);
  usleep(20000);
  kill(getpid(), SIGTERM);
  for (;;) pause();
}

static void stopped(void) {
  setpgid(0, 0); // or the group may be orphaned, which the terminal's stop signals do not stop
  pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) {
    char path[64], buf[4096];
    snprintf(path, sizeof path, "/proc/%d/stat", parent);
    for (int done = 0; done < 2;) {
      int fd = open(path, O_RDONLY);
      buf[read(fd, buf, sizeof buf - 1)] = 0;
      close(fd);
      char state = strrchr(buf, ')')[2];
      if (state == 'T' || state == 't') usleep(20000), kill(parent, SIGCONT), usleep(100000), done++;
      usleep(5000);
    }
    _exit(0);
  }
  mark(1);
  kill(parent, SIGTSTP);
  mark(2);
  raise(SIGSTOP);
  mark(3);
  waitpid(child, NULL, 0);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  close_range(3, ~0U, 0);
  if (!strcmp(argv[1], "family")) family();
  else if (!strcmp(argv[1], "threads")) threads();
  else if (!strcmp(argv[1], "exec")) exec();
  else if (!strcmp(argv[1], "killed")) killed();
  else if (!strcmp(argv[1], "stopped")) stopped();
  else return 2;
  return 0;
}
