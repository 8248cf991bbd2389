// Makes the system calls of one family, in a fixed order and with fixed arguments: `calls files`, `calls memory`, … Runs in
// an empty directory. The trace of a run is compared with strace's. What cannot be the same twice (pids, times) is kept small.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/sysmacros.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <utime.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

static void files(void) {
  char buf[5000];
  struct stat st;
  struct statfs sf;
  struct statx sx;
  int fd = open("a", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  write(fd, "hello, world; this line is longer than thirty-two bytes\n", 56);
  write(fd, "\1\2\3\0\0011\377\033", 8);
  lseek(fd, 0, SEEK_SET);
  read(fd, buf, sizeof buf);
  read(fd, buf, sizeof buf);
  pread(fd, buf, 4, 2);
  pwrite(fd, "xyz", 3, 100);
  struct iovec iov[3] = {{"one", 3}, {"", 0}, {"three\n", 6}}, in[2] = {{buf, 3}, {buf + 10, 100}};
  writev(fd, iov, 3);
  lseek(fd, -9, SEEK_END);
  readv(fd, in, 2);
  preadv(fd, in, 2, 1);
  pwritev(fd, iov, 3, 5);
  preadv2(fd, in, 2, -1, RWF_HIPRI);
  ftruncate(fd, 20);
  truncate("a", 4096);
  fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 8192);
  fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 100);
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  fsync(fd), fdatasync(fd), sync_file_range(fd, 0, 10, SYNC_FILE_RANGE_WRITE);
  flock(fd, LOCK_EX | LOCK_NB);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 1, .l_len = 2};
  fcntl(fd, F_SETLK, &lock), fcntl(fd, F_GETLK, &lock);
  lock.l_pid = 0, lock.l_type = F_RDLCK;
  fcntl(fd, F_OFD_SETLK, &lock), fcntl(fd, F_OFD_GETLK, &lock);
  fcntl(fd, F_GETFD), fcntl(fd, F_SETFD, FD_CLOEXEC), fcntl(fd, F_SETFD, 0), fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK), fcntl(fd, F_DUPFD, 50), fcntl(fd, F_DUPFD_CLOEXEC, 60);
  fcntl(fd, F_SETOWN, 0), fcntl(fd, F_GETOWN), fcntl(fd, F_SETSIG, SIGUSR1), fcntl(fd, F_GETSIG), fcntl(fd, 999, 1);
  fcntl(fd, F_GETLEASE), fcntl(fd, F_SETLEASE, F_UNLCK), fcntl(fd, F_NOTIFY, DN_MODIFY);
  struct f_owner_ex owner = {F_OWNER_PID, 0};
  fcntl(fd, F_SETOWN_EX, &owner), fcntl(fd, F_GETOWN_EX, &owner);
  uint64_t hint = 2;
  fcntl(fd, F_SET_RW_HINT, &hint), fcntl(fd, F_GET_RW_HINT, &hint);
  dup(fd), dup2(fd, 70), dup3(fd, 71, O_CLOEXEC), dup(999);
  stat("a", &st), lstat("a", &st), fstat(fd, &st), stat("nothing", &st), stat("/dev/null", &st), stat("/", &st);
  syscall(SYS_stat, "a", &st), syscall(SYS_lstat, "/proc/self/exe", &st), syscall(SYS_stat, 0, 0);
  statfs("/proc", &sf), statfs("nothing", &sf), fstatfs(fd, &sf);
  statx(AT_FDCWD, "/dev/zero", AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_MODE, &sx);
  statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_ALL, &sx), statx(fd, "nothing", 0, 0, &sx);
  mkdir("sub", 0711), mkdirat(AT_FDCWD, "sub", 0755), rename("nothing", "b"), link("a", "b"), symlink("a", "c");
  readlink("c", buf, sizeof buf), readlinkat(AT_FDCWD, "a", buf, 10), readlink("c", buf, 0);
  renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE), linkat(fd, "", AT_FDCWD, "x", AT_EMPTY_PATH | AT_SYMLINK_FOLLOW);
  symlinkat("t", fd, "y"), renameat(AT_FDCWD, "b", AT_FDCWD, "b");
  chmod("a", 04755), fchmod(fd, 0), fchmodat(AT_FDCWD, "a", 0600, 0), syscall(SYS_fchmodat2, AT_FDCWD, "a", 0644, AT_SYMLINK_NOFOLLOW);
  chown("a", -1, 0), lchown("c", 0, -1), fchown(fd, 0, 0), fchownat(AT_FDCWD, "a", 0, 0, AT_SYMLINK_NOFOLLOW);
  access("a", R_OK | W_OK), access("a", F_OK), faccessat(AT_FDCWD, "a", X_OK, AT_EACCESS), syscall(SYS_faccessat, AT_FDCWD, "a", 4);
  umask(027), umask(0), umask(022);
  close(open("d\tä\"\\\n1", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0)), open("sub", O_DIRECTORY | O_PATH), open("a", O_RDONLY, 0);
  open("sub", O_TMPFILE | O_RDWR, 0600), open("nothing", O_NOFOLLOW | O_DIRECT | O_SYNC | O_NOATIME);
  syscall(SYS_open, "a", O_ACCMODE | O_CREAT, 0600), syscall(SYS_open, "a", 0x40000000), syscall(SYS_creat, "b", 0600);
  struct { uint64_t flags, mode, resolve; } how = {O_RDONLY | O_CLOEXEC, 0, 0x08 | 0x04};
  syscall(SYS_openat2, AT_FDCWD, "a", &how, sizeof how), syscall(SYS_openat2, AT_FDCWD, "a", 0, sizeof how);
  int d = open(".", O_RDONLY | O_DIRECTORY);
  syscall(SYS_getdents64, d, buf, sizeof buf), syscall(SYS_getdents64, d, buf, sizeof buf), syscall(SYS_getdents64, -1, buf, 10);
  lseek(d, 0, SEEK_SET), syscall(SYS_getdents, d, buf, sizeof buf);
  chdir("sub"), getcwd(buf, sizeof buf), chdir(".."), fchdir(d), syscall(SYS_getcwd, buf, 2), chroot("nothing");
  struct timespec ts[2] = {{0, UTIME_NOW}, {0, UTIME_OMIT}}, t2[2] = {{1000000000, 5}, {1, 0}};
  utimensat(AT_FDCWD, "a", ts, 0), utimensat(AT_FDCWD, "a", t2, AT_SYMLINK_NOFOLLOW), futimens(fd, NULL);
  struct timeval tv[2] = {{1000000000, 7}, {1100000000, 0}};
  struct utimbuf ut = {1000000000, 0};
  syscall(SYS_utimes, "a", tv), syscall(SYS_utime, "a", &ut), syscall(SYS_futimesat, AT_FDCWD, "a", tv);
  setxattr("a", "user.test", "v\0x", 3, XATTR_CREATE), getxattr("a", "user.test", buf, 10), getxattr("a", "user.none", buf, 10);
  listxattr("a", buf, 100), flistxattr(fd, buf, 0), lgetxattr("c", "user.q", buf, 1), removexattr("a", "user.test"), fsetxattr(fd, "x", 0, 0, 9);
  mknod("b", S_IFCHR | 0600, makedev(1, 3)), mknod("nothing/b", S_IFIFO | 0600, 0), mknodat(AT_FDCWD, "nothing/b", S_IFSOCK, 0);
  unlink("nothing"), unlinkat(AT_FDCWD, "sub", AT_REMOVEDIR), rmdir("nothing");
  int p[2];
  pipe(p), pipe2(p, O_CLOEXEC | O_NONBLOCK), fcntl(p[0], F_GETPIPE_SZ), fcntl(p[0], F_SETPIPE_SZ, 8192);
  off64_t off = 3;
  sendfile(p[1], fd, &off, 5), splice(fd, &off, p[1], NULL, 3, SPLICE_F_MOVE | SPLICE_F_MORE), tee(p[0], p[1], 5, SPLICE_F_NONBLOCK);
  struct iovec v = {"abc", 3};
  vmsplice(p[1], &v, 1, SPLICE_F_GIFT), copy_file_range(fd, &off, fd, NULL, 10, 0);
  ioctl(fd, FIONREAD, &d), ioctl(p[0], FIONREAD, &d), ioctl(fd, TCGETS, buf), ioctl(fd, 0x5413, buf), ioctl(fd, FIOCLEX), ioctl(fd, 0xdeadbeef, 7);
  int one = 1;
  ioctl(p[0], FIONBIO, &one), ioctl(fd, FS_IOC_GETFLAGS, &d), ioctl(fd, BLKGETSIZE64, buf), ioctl(fd, FICLONE, 0), ioctl(0, TIOCSCTTY, 0);
  mount("none", "nothing", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m"), mount("x", "y", NULL, MS_BIND | MS_REC, NULL), umount2("nothing", MNT_DETACH | UMOUNT_NOFOLLOW);
  syscall(SYS_memfd_create, "mem", MFD_CLOEXEC | MFD_ALLOW_SEALING), fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), fcntl(fd, F_GET_SEALS);
  int in_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  inotify_add_watch(in_fd, ".", IN_CREATE | IN_DELETE | IN_ONLYDIR), inotify_rm_watch(in_fd, 77), read(in_fd, buf, 100);
  close(fd), close(-1), close(1000), syscall(SYS_close_range, 200, ~0U, 4), syncfs(-1), syscall(SYS_pivot_root, "x", "y"), acct("nothing/x");
  read(-1, buf, 10), write(-1, (void *)8, 10), open((void *)16, 0), write(1, (void *)8, 10), syscall(SYS_swapoff, "nothing"), read(999, 0, 0);
}

static void memory(void) {
  size_t page = 4096;
  char *p = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mmap(NULL, page, PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE | MAP_LOCKED, -1, 0);
  mmap((void *)0x10000000, page, PROT_NONE, MAP_PRIVATE | MAP_FIXED_NOREPLACE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK | MAP_GROWSDOWN, -1, 0);
  mmap(NULL, 0, 0, 0, 5, 0x1000), mmap(NULL, 2 << 20, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | (21 << 26), -1, 0);
  int fd = open("/proc/self/exe", O_RDONLY);
  mmap(NULL, page, PROT_READ, MAP_PRIVATE, fd, 0x1000);
  mprotect(p, page, PROT_READ | PROT_WRITE | PROT_EXEC), mprotect(p + 1, 1, PROT_NONE), mprotect(p, page, PROT_READ | PROT_GROWSDOWN);
  madvise(p, page, MADV_DONTNEED), madvise(p, page, MADV_WILLNEED), madvise(p, page, 999), madvise(p, page, MADV_HUGEPAGE);
  mlock(p, page), munlock(p, page), mlockall(MCL_CURRENT | MCL_FUTURE), munlockall(), mlock2(p, page, MLOCK_ONFAULT);
  unsigned char vec[4];
  mincore(p, 4 * page, vec), msync(p, page, MS_SYNC | MS_INVALIDATE), msync(p, page, MS_ASYNC);
  p = mremap(p, 4 * page, 8 * page, MREMAP_MAYMOVE), mremap(p, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)0x20000000);
  munmap(p + 4 * page, page), munmap((void *)1, page), brk(NULL), sbrk(8192), brk((void *)1);
  syscall(SYS_remap_file_pages, p, page, 0, 0, 0), syscall(SYS_membarrier, 0, 0, 0), syscall(SYS_pkey_alloc, 0, 0), syscall(SYS_pkey_mprotect, p, page, PROT_READ, -1), syscall(SYS_pkey_free, 99);
  struct iovec l = {vec, 4}, r = {p + 100, 4};
  process_vm_readv(getpid(), &l, 1, &r, 1, 0), process_vm_writev(getpid(), &l, 1, &r, 1, 0);
  unsigned long mask = 1;
  int mode;
  syscall(SYS_get_mempolicy, &mode, &mask, 64, 0, 0), syscall(SYS_set_mempolicy, 0, 0, 0), syscall(SYS_set_mempolicy, 2, &mask, 64);
  syscall(SYS_mbind, p, page, 2, &mask, 64, 1), syscall(SYS_migrate_pages, 0, 64, &mask, &mask), syscall(SYS_mbind, p, page, 0x8001, &mask, 64, 3);
  void *pages[1] = {p};
  int nodes[1] = {0}, status[1] = {9};
  syscall(SYS_move_pages, 0, 1, pages, nodes, status, 2), syscall(SYS_move_pages, 0, 1, pages, 0, status, 0);
  syscall(SYS_process_madvise, -1, &l, 1, MADV_COLD, 0), syscall(SYS_userfaultfd, O_CLOEXEC | 1), syscall(SYS_memfd_secret, 0);
}

static volatile int caught;
static void handler(int sig) { caught += sig; }
static void action(int sig, siginfo_t *info, void *context) { (void)info, (void)context, caught += sig; }

static void signals(void) {
  struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_NODEFER}, old;
  sigaddset(&sa.sa_mask, SIGUSR2), sigaddset(&sa.sa_mask, SIGCHLD);
  sigaction(SIGUSR1, &sa, NULL), sigaction(SIGUSR1, NULL, &old), signal(SIGPIPE, SIG_IGN), signal(SIGPIPE, SIG_DFL);
  sa.sa_sigaction = action, sa.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND;
  sigfillset(&sa.sa_mask), sigaction(SIGRTMIN + 3, &sa, &old), sigaction(SIGUSR2, &sa, NULL), sigaction(SIGKILL, &sa, NULL), sigaction(99, &sa, NULL);
  stack_t ss = {.ss_sp = malloc(SIGSTKSZ), .ss_size = SIGSTKSZ}, os;
  sigaltstack(&ss, &os), sigaltstack(NULL, &os);
  sigset_t set, before;
  sigemptyset(&set), sigaddset(&set, SIGINT), sigaddset(&set, SIGRTMIN), sigprocmask(SIG_BLOCK, &set, &before), sigprocmask(SIG_SETMASK, NULL, &set);
  raise(SIGUSR1), kill(getpid(), SIGUSR2), sigpending(&set);
  union sigval value = {.sival_ptr = (void *)0x1234};
  sigqueue(getpid(), SIGRTMIN + 3, value), kill(getpid(), 0), kill(-99999999, SIGTERM), syscall(SYS_tkill, gettid(), 0), syscall(SYS_tgkill, getpid(), gettid(), 0);
  sigemptyset(&set), sigaddset(&set, SIGRTMIN), kill(getpid(), SIGRTMIN);
  siginfo_t info;
  struct timespec ts = {0, 1000000};
  sigtimedwait(&set, &info, &ts), sigtimedwait(&set, &info, &ts), sigprocmask(SIG_SETMASK, &before, NULL), sigprocmask(99, &before, NULL);
  int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  read(fd, &info, 128), signal(SIGALRM, handler), alarm(0);
  struct itimerval it = {{0, 0}, {0, 20000}};
  setitimer(ITIMER_REAL, &it, NULL), pause();
  sigfillset(&set), sigdelset(&set, SIGALRM), it.it_value.tv_usec = 20000, setitimer(ITIMER_REAL, &it, NULL), sigsuspend(&set), getitimer(ITIMER_REAL, &it);
  signal(SIGCHLD, handler);
  sigemptyset(&set), sigaddset(&set, SIGCHLD), sigprocmask(SIG_BLOCK, &set, &before); // or it may die before the wait begins
  if (fork() == 0) _exit(3);
  int status;
  waitpid(-1, &status, 0), sigprocmask(SIG_SETMASK, &before, NULL);
  volatile char *bad = (char *)0x18;
  struct sigaction segv = {.sa_sigaction = action, .sa_flags = SA_SIGINFO | SA_RESETHAND};
  sigaction(SIGFPE, &segv, NULL);
  raise(SIGWINCH), raise(SIGURG);
  *bad = 1;
}

static void sockets(void) {
  char buf[200];
  int sv[2], one = 1, n;
  socklen_t len = sizeof n;
  socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv);
  send(sv[0], "hello", 5, MSG_NOSIGNAL), recv(sv[1], buf, 100, MSG_PEEK | MSG_DONTWAIT), recv(sv[1], buf, 100, 0), recv(sv[1], buf, 100, MSG_DONTWAIT);
  struct { struct cmsghdr h; int fds[2]; } control = {{CMSG_LEN(8), SOL_SOCKET, SCM_RIGHTS}, {0, 1}};
  struct iovec iov[2] = {{"ab", 2}, {"cd", 2}}, in = {buf, 100};
  struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = CMSG_SPACE(8)};
  sendmsg(sv[0], &msg, 0);
  char cbuf[100];
  struct msghdr got = {.msg_iov = &in, .msg_iovlen = 1, .msg_control = cbuf, .msg_controllen = sizeof cbuf};
  recvmsg(sv[1], &got, MSG_CMSG_CLOEXEC), recvmsg(-1, &got, 0);
  int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP), c = socket(AF_INET, SOCK_STREAM, 0), u = socket(AF_UNIX, SOCK_DGRAM, 0);
  socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP), socket(AF_NETLINK, SOCK_RAW, 0), socket(AF_PACKET, SOCK_RAW, htons(3)), socket(99, 77, 55);
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct linger lg = {1, 2};
  struct timeval tv = {1, 5};
  setsockopt(s, SOL_SOCKET, SO_LINGER, &lg, sizeof lg), setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv), setsockopt(s, 999, 1, &one, 4);
  getsockopt(s, SOL_SOCKET, SO_TYPE, &n, &len), getsockopt(s, SOL_SOCKET, SO_ERROR, &n, &len), len = sizeof lg, getsockopt(s, SOL_SOCKET, SO_LINGER, &lg, &len);
  len = 12, getsockopt(sv[0], SOL_SOCKET, SO_PEERCRED, buf, &len), len = sizeof tv, getsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, &len);
  struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(45671)}, peer;
  bind(s, (void *)&sin, sizeof sin), listen(s, 5), len = sizeof peer, getsockname(s, (void *)&peer, &len);
  connect(c, (void *)&sin, sizeof sin), len = sizeof peer;
  int a = accept4(s, NULL, NULL, SOCK_CLOEXEC);
  getpeername(a, NULL, NULL), accept(s, (void *)&peer, &len), sendto(c, "x", 1, 0, NULL, 0), sendto(c, "y", 1, MSG_MORE, (void *)&sin, sizeof sin);
  shutdown(c, SHUT_WR), recvfrom(a, buf, 10, MSG_WAITALL, NULL, NULL), recvfrom(a, buf, 10, 0, (void *)&peer, &len), shutdown(a, 9);
  struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/tmp/utrace-no-such-socket"}, ab = {.sun_family = AF_UNIX};
  connect(u, (void *)&un, sizeof un), memcpy(ab.sun_path, "\0utrace-abstract", 16), bind(u, (void *)&ab, 2 + 16), sendto(u, "hi", 2, 0, (void *)&ab, 18);
  len = sizeof un, recvfrom(u, buf, 100, 0, (void *)&un, &len), connect(u, (void *)&un, 2), connect(u, NULL, 0), bind(u, (void *)8, 20);
  struct sockaddr_in6 s6 = {.sin6_family = AF_INET6, .sin6_port = htons(1), .sin6_addr = in6addr_loopback, .sin6_scope_id = 1};
  bind(999, (void *)&s6, sizeof s6);
  struct mmsghdr mm[2] = {{.msg_hdr = {.msg_iov = iov, .msg_iovlen = 1}}, {.msg_hdr = {.msg_iov = iov + 1, .msg_iovlen = 1}}};
  sendmmsg(sv[0], mm, 2, 0);
  struct mmsghdr rm[2] = {{.msg_hdr = {.msg_iov = &in, .msg_iovlen = 1}}, {.msg_hdr = {.msg_iov = &in, .msg_iovlen = 1}}};
  recvmmsg(sv[1], rm, 2, MSG_DONTWAIT, NULL), ioctl(s, FIONREAD, &n);
  struct ip_mreq mreq = {{htonl(0xe0000001)}, {0}};
  setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq, sizeof mreq), setsockopt(s, IPPROTO_IP, IP_TTL, &one, 4), setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &one, 4), setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
}

static void polling(void) {
  int p[2], n;
  char buf[100];
  pipe(p), write(p[1], "x", 1);
  struct pollfd fds[3] = {{p[0], POLLIN | POLLPRI, 0}, {p[1], POLLOUT, 0}, {-1, POLLIN, 0}};
  poll(fds, 3, 0), poll(fds, 1, 10), poll(NULL, 0, 1), poll((void *)8, 1, 0), poll(fds + 2, 1, 0);
  struct timespec ts = {0, 1000000};
  struct timeval tv = {0, 1000};
  sigset_t set;
  sigemptyset(&set), sigaddset(&set, SIGINT), ppoll(fds, 2, &ts, &set), ppoll(fds + 2, 1, &ts, NULL);
  fd_set r, w;
  memset(&r, 0, sizeof(fd_set)), r.fds_bits[0] |= 1 << p[0], memset(&w, 0, sizeof(fd_set)), w.fds_bits[0] |= 1 << p[1];
  syscall(SYS_select, 10, &r, &w, NULL, &tv), memset(&r, 0, sizeof(fd_set)), tv.tv_usec = 1000, syscall(SYS_select, 10, &r, NULL, NULL, &tv), select(0, NULL, NULL, NULL, &tv), pselect(10, NULL, &w, &r, &ts, &set), select(-1, NULL, NULL, NULL, NULL);
  int e = epoll_create1(EPOLL_CLOEXEC), e2 = epoll_create(5);
  struct epoll_event ev = {EPOLLIN | EPOLLET | EPOLLONESHOT, {.u64 = 0x1122334455667788}}, out[4];
  epoll_ctl(e, EPOLL_CTL_ADD, p[0], &ev), epoll_ctl(e, EPOLL_CTL_DEL, p[1], NULL), ev.data.u64 = 7, epoll_ctl(e, EPOLL_CTL_MOD, p[0], &ev), epoll_ctl(e, 9, 9, &ev);
  epoll_wait(e, out, 4, 0), epoll_wait(e, out, 4, 0), epoll_pwait(e, out, 4, 1, &set), epoll_wait(e2, out, 0, 0), syscall(441, e, out, 4, &ts, &set, 8);
  int fd = eventfd(3, EFD_CLOEXEC | EFD_SEMAPHORE | EFD_NONBLOCK);
  uint64_t v;
  read(fd, &v, 8), eventfd(0, 0);
  int t = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct itimerspec it = {{0, 5000}, {0, 1000}};
  timerfd_settime(t, 0, &it, &it), timerfd_settime(t, TFD_TIMER_ABSTIME, &it, NULL), read(t, &v, 8), timerfd_gettime(-1, &it);
  ioctl(p[0], FIONREAD, &n), read(p[0], buf, 1);
}

static void times_(void) {
  struct timespec ts = {0, 1000000}, rem;
  struct timeval tv;
  struct timezone tz;
  time_t t;
  nanosleep(&ts, &rem), clock_nanosleep(CLOCK_REALTIME, 0, &ts, NULL), clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL), ts.tv_nsec = -1, nanosleep(&ts, NULL);
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &ts), syscall(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &ts), syscall(SYS_clock_gettime, 77, &ts), clock_getres(CLOCK_BOOTTIME, &ts), clock_getres(-6, &ts);
  syscall(SYS_gettimeofday, &tv, &tz), syscall(SYS_gettimeofday, &tv, NULL), syscall(SYS_time, &t), syscall(SYS_time, 0), clock_settime(CLOCK_MONOTONIC, &ts);
  struct tms tms;
  times(&tms), syscall(SYS_times, 0);
  timer_t id;
  struct sigevent sev = {.sigev_notify = SIGEV_NONE, .sigev_signo = 0}, ss = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  struct itimerspec it = {{0, 0}, {100, 0}};
  syscall(SYS_timer_create, CLOCK_MONOTONIC, &sev, &id), syscall(SYS_timer_create, CLOCK_REALTIME, &ss, &t), syscall(SYS_timer_settime, 0, 0, &it, &it), syscall(SYS_timer_gettime, 9, &it), syscall(SYS_timer_getoverrun, 0), syscall(SYS_timer_delete, 0), syscall(SYS_timer_delete, 55);
  struct timex tx = {.modes = 0};
  memset(&tx, 0, sizeof tx), syscall(SYS_adjtimex, 0), syscall(SYS_clock_adjtime, 99, &tx), alarm(100), alarm(0);
  struct itimerval iv = {{1, 2}, {3, 4}};
  setitimer(ITIMER_VIRTUAL, &iv, NULL), setitimer(ITIMER_PROF, NULL, NULL), setitimer(9, &iv, NULL), syscall(SYS_settimeofday, &tv, (void *)8);
}

static void process(void) {
  struct rlimit rl, rz = {10, 10 << 20};
  struct rusage ru;
  char buf[400];
  getrlimit(RLIMIT_STACK, &rl), setrlimit(RLIMIT_CORE, &rz), prlimit(0, RLIMIT_NOFILE, NULL, &rl), prlimit(0, 77, NULL, &rl), syscall(SYS_getrlimit, RLIMIT_AS, &rl), syscall(SYS_setrlimit, RLIMIT_FSIZE, &rz), syscall(SYS_setrlimit, RLIMIT_AS, 0);
  getuid(), geteuid(), getgid(), getegid(), getpgrp(), getpgid(0), getsid(99999999), setpgid(0, 99999999);
  uid_t a, b, c;
  getresuid(&a, &b, &c), getresgid(&a, &b, &c), setresuid(-1, -1, -1), setreuid(-1, 0), setregid(0, -1), setuid(0), setgid(0), setfsuid(0), setfsgid(0);
  gid_t groups[20] = {0, 5, 9};
  getgroups(20, groups), getgroups(0, NULL), setgroups(3, groups), getgroups(20, groups), getgroups(1, groups);
  getpriority(PRIO_PROCESS, 0), setpriority(PRIO_PGRP, 99999999, 5), sched_yield(), syscall(SYS_getpriority, 9, 9);
  cpu_set_t set;
  struct sched_param sp = {0};
  memset(&set, 0, sizeof set), set.__bits[0] = 1, sched_setaffinity(0, sizeof set, &set), sched_getaffinity(0, sizeof set, &set), sched_getscheduler(0), sched_setscheduler(0, SCHED_BATCH, &sp), sched_getparam(0, &sp), sched_setparam(0, &sp), sched_get_priority_max(SCHED_FIFO), sched_get_priority_min(SCHED_RR);
  struct timespec ts;
  sched_rr_get_interval(0, &ts);
  prctl(PR_SET_NAME, "calls-name"), prctl(PR_GET_NAME, buf), prctl(PR_SET_PDEATHSIG, 0), prctl(PR_GET_PDEATHSIG, buf), prctl(PR_GET_DUMPABLE), prctl(PR_SET_DUMPABLE, 1), prctl(PR_GET_KEEPCAPS), prctl(PR_SET_KEEPCAPS, 0);
  prctl(PR_CAPBSET_READ, 21), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), prctl(PR_GET_SECCOMP), prctl(PR_SET_CHILD_SUBREAPER, 0), prctl(PR_GET_CHILD_SUBREAPER, buf), prctl(PR_GET_TIMERSLACK), prctl(PR_SET_TIMERSLACK, 50000), prctl(9999, 1, 2, 3, 4), prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0), prctl(PR_GET_TSC, buf), prctl(PR_GET_SECUREBITS), prctl(PR_SET_VMA, 0, buf, 1, "x"), prctl(PR_GET_TID_ADDRESS, buf);
  personality(0xffffffff), syscall(SYS_arch_prctl, 0x1003, buf), syscall(SYS_arch_prctl, 0x9999, 1);
  struct utsname un;
  struct sysinfo si;
  uname(&un), sysinfo(&si), getrusage(RUSAGE_SELF, &ru), getrusage(RUSAGE_CHILDREN, &ru), getrusage(99, &ru), syscall(SYS_getcpu, &a, &b, 0), sethostname((void *)8, 5), syscall(SYS_getrandom, buf, 8, 1), syscall(SYS_getrandom, buf, 400, 2);
  syscall(SYS_capget, (uint32_t[]){0x20080522, 0}, buf), syscall(SYS_capset, (uint32_t[]){0x20080522, 99999}, buf), syscall(SYS_capget, (uint32_t[]){7, 0}, 0);
  syscall(SYS_set_robust_list, buf, 24), syscall(SYS_get_robust_list, 0, buf, buf + 8), syscall(SYS_set_tid_address, buf), syscall(SYS_unshare, 0), syscall(SYS_setns, -1, CLONE_NEWNET), syscall(SYS_kcmp, 1, 1, 0, 0, 0);
  syscall(SYS_pidfd_open, 1, 0), syscall(SYS_pidfd_send_signal, 99, SIGTERM, 0, 0), syscall(SYS_pidfd_getfd, 99, 1, 0);
  int word = 1;
  ts = (struct timespec){0, 1000000};
  syscall(SYS_futex, &word, 0, 2, &ts, 0, 0), syscall(SYS_futex, &word, 0x80, 1, &ts, 0, 0), syscall(SYS_futex, &word, 0x81, 1, 0, 0, 0), syscall(SYS_futex, &word, 0x89, 1, &ts, 0, ~0), syscall(SYS_futex, &word, 3, 1, 2, &word, 0), syscall(SYS_futex, &word, 4, 1, 2, &word, 1), syscall(SYS_futex, &word, 5, 1, 1, &word, 0x01000001), syscall(SYS_futex, &word, 7, 0, 0, 0, 0), syscall(SYS_futex, &word, 99, 0, 0, 0, 0);
  int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
  void *at = shmat(id, NULL, SHM_RDONLY);
  shmdt(at), shmctl(id, IPC_STAT, (void *)buf), shmctl(id, IPC_RMID, NULL), shmget(0x1234, 0, 0);
  struct sembuf sb = {0, 1, SEM_UNDO | IPC_NOWAIT};
  id = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600), semop(id, &sb, 1), semctl(id, 0, SETVAL, 5), semctl(id, 0, GETVAL), semtimedop(id, &sb, 1, &ts), semctl(id, 0, IPC_RMID), semop(-1, &sb, 1);
  struct { long type; char text[10]; } m = {5, "message"};
  id = msgget(IPC_PRIVATE, IPC_CREAT | 0600), msgsnd(id, &m, 7, IPC_NOWAIT), msgrcv(id, &m, 10, 0, MSG_NOERROR), msgctl(id, IPC_STAT, (void *)buf), msgctl(id, IPC_RMID, NULL), msgget(0x99, 0);
  syscall(SYS_seccomp, 2, 0, &word), syscall(SYS_seccomp, 1, 99, 0), syscall(SYS_ptrace, 99, 1, 2, 3), syscall(SYS_rseq, 0, 0, 0, 0), syscall(9999, 1, 2, 3, 4, 5, 6), syscall(SYS_restart_syscall), syscall(SYS_delete_module, "nothing", O_NONBLOCK), syscall(SYS_execve, "/nothing", 0, 0), syscall(SYS_execveat, 99, "x", (char *[]){"a", "b\n", 0}, (char *[]){"E=1", 0}, AT_EMPTY_PATH);
  siginfo_t info;
  int st;
  sigset_t chld;
  sigemptyset(&chld), sigaddset(&chld, SIGCHLD), sigprocmask(SIG_BLOCK, &chld, NULL);
  for (int k = 0; k < 4; k++) {
    pid_t child = fork();
    if (child == 0) {
      if (k == 0) _exit(7);
      if (k == 1) kill(getpid(), SIGKILL);
      if (k == 2) raise(SIGSTOP), pause(), pause();
      _exit(0);
    }
    if (k == 0) waitpid(child, &st, 0);
    if (k == 1) wait4(child, &st, __WALL, &ru);
    if (k == 2) waitpid(child, &st, WUNTRACED), kill(child, SIGCONT), waitpid(child, &st, WCONTINUED), usleep(50000), kill(child, SIGTERM), waitpid(child, &st, 0);
    if (k == 3) waitid(P_PID, child, &info, WEXITED | WNOWAIT), waitid(P_PID, child, &info, WEXITED);
  }
  waitpid(-1, &st, WNOHANG), waitid(P_ALL, 0, &info, WEXITED | WNOHANG);
}

#include "rare.h"

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  close_range(3, ~0U, 0); // strace leaves its own open
  char *what = argv[1];
  if (!strcmp(what, "files")) files();
  else if (!strcmp(what, "memory")) memory();
  else if (!strcmp(what, "signals")) signals();
  else if (!strcmp(what, "sockets")) sockets();
  else if (!strcmp(what, "polling")) polling();
  else if (!strcmp(what, "times")) times_();
  else if (!strcmp(what, "process")) process();
  else if (!strcmp(what, "rare")) rare();
  else return 2;
  return 0;
}
