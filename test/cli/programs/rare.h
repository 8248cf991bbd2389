// The rarer system calls, most of them with arguments that fail: it is the text that counts.
#include <linux/aio_abi.h>
#include <linux/bpf.h>
#include <linux/fanotify.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <linux/reboot.h>
#include <mqueue.h>
#include <sys/fsuid.h>
#include <sys/quota.h>

static void rare(void) {
  char buf[4096];
  memset(buf, 0, sizeof buf);
  struct io_uring_params params;
  memset(&params, 0, sizeof params), params.flags = IORING_SETUP_CLAMP | IORING_SETUP_CQSIZE, params.cq_entries = 32;
  int ring = syscall(SYS_io_uring_setup, 8, &params);
  syscall(SYS_io_uring_setup, 0, &params), syscall(SYS_io_uring_setup, 1, 0), memset(&params, 0, sizeof params), params.flags = IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF, params.sq_thread_cpu = 1000000, syscall(SYS_io_uring_setup, 1, &params);
  syscall(SYS_io_uring_enter, ring, 0, 0, IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP, 0, 8), syscall(SYS_io_uring_enter, -1, 1, 2, 0, 0, 0);
  int files[2] = {0, 1};
  struct iovec iov = {buf, 100};
  syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, files, 2), syscall(SYS_io_uring_register, ring, IORING_UNREGISTER_FILES, 0, 0), syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &iov, 1), syscall(SYS_io_uring_register, ring, 99, buf, 1), syscall(SYS_io_uring_register, ring, IORING_REGISTER_EVENTFD, files, 1);

  struct mq_attr attr = {.mq_maxmsg = 5, .mq_msgsize = 64};
  mqd_t q = syscall(SYS_mq_open, "utrace-test-queue", O_RDWR | O_CREAT | O_NONBLOCK, 0600, &attr);
  struct timespec ts = {1, 0};
  struct sigevent sev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  unsigned prio = 0;
  syscall(SYS_mq_open, "utrace-none", O_RDONLY), syscall(SYS_mq_timedsend, q, "message", 7, 3, &ts), syscall(SYS_mq_timedreceive, q, buf, 64, &prio, 0), syscall(SYS_mq_timedreceive, q, buf, 64, &prio, &ts), syscall(SYS_mq_getsetattr, q, 0, &attr), attr.mq_flags = 0, syscall(SYS_mq_getsetattr, q, &attr, 0), syscall(SYS_mq_notify, q, &sev), syscall(SYS_mq_notify, q, 0), syscall(SYS_mq_unlink, "utrace-test-queue"), syscall(SYS_mq_unlink, "utrace-none");

  aio_context_t ctx = 0;
  syscall(SYS_io_setup, 4, &ctx), syscall(SYS_io_setup, 0, &ctx);
  int fd = open("a", O_RDWR | O_CREAT, 0600);
  struct iocb cb = {.aio_data = 7, .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = fd, .aio_buf = (uintptr_t) "async", .aio_nbytes = 5, .aio_offset = 2}, rd = {.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = fd, .aio_buf = (uintptr_t)buf, .aio_nbytes = 5}, fs = {.aio_lio_opcode = IOCB_CMD_FSYNC, .aio_fildes = fd, .aio_flags = IOCB_FLAG_RESFD, .aio_resfd = 99}, vec = {.aio_lio_opcode = IOCB_CMD_PWRITEV, .aio_fildes = fd, .aio_buf = (uintptr_t)&iov, .aio_nbytes = 1};
  struct iocb *list[4] = {&cb, &rd, &fs, &vec}, *bad[1] = {(void *)8};
  struct io_event events[4];
  syscall(SYS_io_submit, ctx, 2, list), syscall(SYS_io_submit, ctx, 4, list), syscall(SYS_io_submit, ctx, 1, bad), syscall(SYS_io_submit, ctx, 1, list + 3);
  syscall(SYS_io_getevents, ctx, 1, 4, events, &ts), syscall(SYS_io_getevents, 0, 1, 4, events, 0), syscall(SYS_io_pgetevents, 0, 1, 4, events, &ts, 0), syscall(SYS_io_cancel, ctx, &cb, events), syscall(SYS_io_destroy, ctx), syscall(SYS_io_destroy, 0);

  struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t runtime, deadline, period; uint32_t min, max; } sa = {48, 3, 1, 5, 0, 0, 0, 0, 0, 0};
  syscall(SYS_sched_getattr, 0, &sa, sizeof sa, 0), syscall(SYS_sched_getattr, 0, &sa, 4, 0), sa.size = 48, sa.policy = 0, sa.flags = 1, syscall(SYS_sched_setattr, 0, &sa, 0), sa.policy = 6, sa.runtime = 10, sa.flags = 0x28, sa.size = 56, syscall(SYS_sched_setattr, 99999999, &sa, 1), syscall(SYS_sched_setattr, 0, 0, 0);

  struct { uint32_t bytes; int32_t type; unsigned char handle[128]; } fh = {.bytes = 128}, small = {.bytes = 0};
  int mount_id;
  syscall(SYS_name_to_handle_at, AT_FDCWD, "a", &small, &mount_id, 0), syscall(SYS_name_to_handle_at, AT_FDCWD, "/", &fh, &mount_id, AT_SYMLINK_FOLLOW | AT_EMPTY_PATH), syscall(SYS_name_to_handle_at, 99, "x", 0, 0, 0), fh.bytes = 8, fh.type = 1, memcpy(fh.handle, "\1\2\3\4\5\6\7\10", 8), syscall(SYS_open_by_handle_at, -1, &fh, O_RDONLY | O_CLOEXEC);

  syscall(SYS_ioprio_get, 1, 0), syscall(SYS_ioprio_set, 1, 0, 0x4003), syscall(SYS_ioprio_set, 1, 0, 0), syscall(SYS_ioprio_get, 1, 0), syscall(SYS_ioprio_get, 9, 9), syscall(SYS_ioprio_set, 2, 99999999, 0x6007), syscall(SYS_ioprio_set, 1, 0, 0x8005);

  syscall(SYS_quotactl, QCMD(Q_SYNC, USRQUOTA), 0, 0, 0), syscall(SYS_quotactl, QCMD(Q_GETQUOTA, GRPQUOTA), "/dev/none", 5, buf), syscall(SYS_quotactl, QCMD(Q_QUOTAON, USRQUOTA), "/dev/none", 2, "/x"), syscall(SYS_quotactl, QCMD(Q_SETQUOTA, USRQUOTA), "/dev/none", -1, buf), syscall(SYS_quotactl, QCMD(Q_GETINFO, USRQUOTA), "/dev/none", 0, buf), syscall(SYS_quotactl, QCMD(Q_SETINFO, USRQUOTA), "/dev/none", 0, buf), syscall(SYS_quotactl, QCMD(Q_GETFMT, 2), "/dev/none", 0, buf), syscall(SYS_quotactl, QCMD(Q_QUOTAOFF, USRQUOTA), "/dev/none", 0, 0), syscall(SYS_quotactl, 0x12345678, "x", 1, 2), syscall(443, 99, QCMD(Q_GETQUOTA, USRQUOTA), 5, buf);

  long key = syscall(SYS_add_key, "user", "utrace:test", "payload", 7, KEY_SPEC_PROCESS_KEYRING);
  syscall(SYS_add_key, "keyring", "x", 0, 0, 12345678), syscall(SYS_request_key, "user", "utrace:none", 0, KEY_SPEC_PROCESS_KEYRING), syscall(SYS_request_key, "user", "utrace:none", "info", 0);
  syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0), syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 8), syscall(SYS_keyctl, KEYCTL_UPDATE, 1, "abc", 3), syscall(SYS_keyctl, KEYCTL_REVOKE, 1), syscall(SYS_keyctl, KEYCTL_CHOWN, 1, -1, 5), syscall(SYS_keyctl, KEYCTL_SETPERM, 1, 0x3f010203), syscall(SYS_keyctl, KEYCTL_SETPERM, 1, 0x40), syscall(SYS_keyctl, KEYCTL_DESCRIBE, 1, buf, 10), syscall(SYS_keyctl, KEYCTL_CLEAR, 1), syscall(SYS_keyctl, KEYCTL_LINK, 1, KEY_SPEC_USER_KEYRING), syscall(SYS_keyctl, KEYCTL_UNLINK, 1, 2), syscall(SYS_keyctl, KEYCTL_SEARCH, 1, "user", "d", 0), syscall(SYS_keyctl, KEYCTL_READ, 1, buf, 10);
  syscall(SYS_keyctl, KEYCTL_READ, key, buf, 100), syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_USER_KEYRING, buf, 5), syscall(SYS_keyctl, KEYCTL_INSTANTIATE, 1, "pay", 3, 2), syscall(SYS_keyctl, KEYCTL_NEGATE, 1, 60, 2), syscall(SYS_keyctl, KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_NO_CHANGE), syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, 1, 5), syscall(SYS_keyctl, KEYCTL_ASSUME_AUTHORITY, 1), syscall(SYS_keyctl, KEYCTL_GET_SECURITY, 1, buf, 10), syscall(SYS_keyctl, KEYCTL_SESSION_TO_PARENT + 1000), syscall(SYS_keyctl, KEYCTL_REJECT, 1, 5, 22, 2), syscall(SYS_keyctl, KEYCTL_INVALIDATE, 1), syscall(SYS_keyctl, KEYCTL_GET_PERSISTENT, 99, 2), syscall(SYS_keyctl, KEYCTL_INSTANTIATE_IOV, 1, &iov, 1, 2), syscall(SYS_keyctl, KEYCTL_RESTRICT_KEYRING, 1, "t", "r"), syscall(SYS_keyctl, KEYCTL_MOVE, 1, 2, 3, 1), syscall(SYS_keyctl, KEYCTL_CAPABILITIES, buf, 2);

  union bpf_attr ba;
  memset(&ba, 0, sizeof ba), ba.map_type = BPF_MAP_TYPE_HASH, ba.key_size = 4, ba.value_size = 0, ba.max_entries = 5;
  syscall(SYS_bpf, BPF_MAP_CREATE, &ba, 20), memset(&ba, 0, sizeof ba), ba.map_fd = 99, ba.key = (uintptr_t)buf, ba.value = 0x1000, ba.flags = BPF_NOEXIST, syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &ba, 32), syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &ba, 32), syscall(SYS_bpf, 999, &ba, 4), syscall(SYS_bpf, BPF_MAP_CREATE, 0, 4);
  memset(&ba, 0, sizeof ba), ba.pathname = (uintptr_t) "/x", ba.bpf_fd = 99, syscall(SYS_bpf, BPF_OBJ_PIN, &ba, 16);

  struct perf_event_attr pe = {.type = PERF_TYPE_SOFTWARE, .size = 72, .config = PERF_COUNT_SW_CPU_CLOCK, .sample_period = 5, .sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID, .read_format = PERF_FORMAT_ID, .disabled = 1, .exclude_kernel = 1};
  syscall(SYS_perf_event_open, &pe, 99999999, -1, -1, PERF_FLAG_FD_CLOEXEC | PERF_FLAG_FD_NO_GROUP), syscall(SYS_perf_event_open, 0, 0, 0, 5, 0), pe.size = 128, pe.type = 0, pe.freq = 1, syscall(SYS_perf_event_open, &pe, -1, 1000000, 7, 0x80);

  int fan = syscall(SYS_fanotify_init, FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_LARGEFILE);
  syscall(SYS_fanotify_init, FAN_CLASS_PRE_CONTENT | FAN_UNLIMITED_QUEUE | 0x80000000, 0), syscall(SYS_fanotify_mark, fan, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_ACCESS | FAN_MODIFY, AT_FDCWD, "/nothing"), syscall(SYS_fanotify_mark, -1, FAN_MARK_FLUSH, 0ULL, 5, 0), syscall(SYS_fanotify_mark, fan, FAN_MARK_ADD, FAN_CREATE | FAN_ONDIR | FAN_EVENT_ON_CHILD, FAN_NOFD, "x");

  struct { uint64_t fs, net; } rules = {LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE, 0};
  struct landlock_path_beneath_attr pb = {LANDLOCK_ACCESS_FS_READ_DIR, 99};
  syscall(444, &rules, 8, 0), syscall(444, 0, 0, 1), syscall(444, &rules, 16, 2), syscall(445, 99, 1, &pb, 0), syscall(445, 99, 9, &pb, 0), syscall(446, 99, 0);

  struct mount_attr ma = {MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, MOUNT_ATTR__ATIME, MS_PRIVATE, 99};
  int ctxfd = syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
  syscall(SYS_fsopen, "nothing", 0), syscall(SYS_fsconfig, ctxfd, FSCONFIG_SET_STRING, "size", "1m", 0), syscall(SYS_fsconfig, ctxfd, FSCONFIG_SET_FLAG, "ro", 0, 0), syscall(SYS_fsconfig, ctxfd, FSCONFIG_SET_BINARY, "k", "abc", 3), syscall(SYS_fsconfig, ctxfd, FSCONFIG_SET_PATH, "k", "/x", AT_FDCWD), syscall(SYS_fsconfig, ctxfd, FSCONFIG_SET_FD, "k", 0, 5), syscall(SYS_fsconfig, -1, FSCONFIG_CMD_CREATE, 0, 0, 0), syscall(SYS_fsconfig, -1, 99, "k", "v", 5);
  syscall(SYS_fsmount, -1, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV), syscall(SYS_fspick, AT_FDCWD, "/nothing", FSPICK_CLOEXEC | FSPICK_NO_AUTOMOUNT), syscall(SYS_move_mount, -1, "", AT_FDCWD, "/x", MOVE_MOUNT_F_EMPTY_PATH), syscall(SYS_open_tree, AT_FDCWD, "/nothing", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE), syscall(442, -1, "x", AT_RECURSIVE | AT_EMPTY_PATH, &ma, sizeof ma), syscall(442, AT_FDCWD, "/nothing", 0, 0, 0);

  struct timex tx = {.modes = 0};
  syscall(SYS_adjtimex, (void *)8), tx.modes = ADJ_OFFSET | ADJ_FREQUENCY, tx.freq = 1L << 62, tx.offset = 1L << 62, syscall(SYS_clock_adjtime, 77, &tx);
  syscall(SYS_syslog, 10, 0, 0), syscall(SYS_syslog, 3, (void *)8, -1), syscall(SYS_syslog, 99, buf, 5), syscall(SYS_syslog, 8, buf, 99), syscall(SYS_syslog, 6, 0, -5), syscall(SYS_swapon, "/nothing", 0x8000 | 5), syscall(SYS_swapoff, "/nothing"), syscall(SYS_reboot, 1, 2, LINUX_REBOOT_CMD_RESTART2, "x"), syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, 5, LINUX_REBOOT_CMD_CAD_OFF, 0);

  struct { uint64_t val, uaddr; uint32_t flags, reserved; } waiters[2] = {{1, (uintptr_t)buf, 2 | 0x80, 0}, {2, (uintptr_t)buf + 4, 2, 0}};
  syscall(449, waiters, 2, 0, &ts, 1), syscall(449, waiters, 0, 0, 0, 0), syscall(449, 0, 1, 0, 0, 0), syscall(454, buf, 1, 1, 2), syscall(455, buf, 1, 1, 2, &ts, 1), syscall(456, waiters, 0, 1, 1);

  int mode;
  unsigned long mask[2] = {3, 0};
  syscall(SYS_get_mempolicy, &mode, mask, 128, 0, 0), syscall(SYS_get_mempolicy, &mode, 0, 0, 8, 7), syscall(SYS_set_mempolicy, 0x8003, mask, 128), syscall(450, buf, 4096, 0, 0), syscall(SYS_lookup_dcookie, 5L, buf, 10), syscall(SYS_cachestat, -1, buf, buf, 0), syscall(SYS_readahead, -1, 5L, 10), syscall(SYS_init_module, (void *)8, 5, "a=b"), syscall(SYS_finit_module, -1, "a=b", 1), syscall(SYS_iopl, 0), syscall(SYS_ioperm, 5, 1, 0), syscall(SYS_ustat, 99, buf), syscall(SYS_sysfs, 3), syscall(SYS_epoll_ctl, -1, 1, 2, 0), syscall(SYS_mlock2, 0, 1, 0), syscall(SYS_kexec_load, 0, 99, 0, 0), syscall(SYS_lookup_dcookie, 0, 0, 0), syscall(SYS_process_mrelease, -1, 0), syscall(SYS_pidfd_open, -1, 0x800), syscall(SYS_get_thread_area, 0), syscall(SYS_vmsplice, -1, 0, 0, 0), syscall(SYS_uselib, "x"), syscall(SYS_bind, -1, 0, 0);
  (void)key;
}
