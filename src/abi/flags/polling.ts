/**
 * Owns the constants of poll, epoll, eventfd, signalfd, timerfd, pipes and io_uring.
 * Order matters: flags are named in the order of their table. Data only.
 */

import { FlagTable } from './table.ts';

export const POLL_EVENTS = new FlagTable('POLL???', {
  POLLIN: 1,
  POLLPRI: 2,
  POLLOUT: 4,
  POLLERR: 8,
  POLLHUP: 0x10,
  POLLNVAL: 0x20,
  POLLRDNORM: 0x40,
  POLLRDBAND: 0x80,
  POLLWRNORM: 0x100,
  POLLWRBAND: 0x200,
  POLLMSG: 0x400,
  POLLREMOVE: 0x1000,
  POLLRDHUP: 0x2000,
  POLL_BUSY_LOOP: 0x8000,
});

export const EPOLL_EVENTS = new FlagTable('EPOLL???', {
  EPOLLIN: 1,
  EPOLLPRI: 2,
  EPOLLOUT: 4,
  EPOLLERR: 8,
  EPOLLHUP: 0x10,
  EPOLLNVAL: 0x20,
  EPOLLRDNORM: 0x40,
  EPOLLRDBAND: 0x80,
  EPOLLWRNORM: 0x100,
  EPOLLWRBAND: 0x200,
  EPOLLMSG: 0x400,
  EPOLLRDHUP: 0x2000,
  EPOLLEXCLUSIVE: 0x10000000,
  EPOLLWAKEUP: 0x20000000,
  EPOLLONESHOT: 0x40000000,
  EPOLLET: 0x80000000,
});

export const EPOLL_CTLS = new FlagTable('EPOLL_CTL_???', {
  EPOLL_CTL_ADD: 1,
  EPOLL_CTL_MOD: 3,
  EPOLL_CTL_DEL: 2,
});

export const EPOLL_FLAGS = new FlagTable('EPOLL_???', {
  EPOLL_CLOEXEC: 0x80000,
});

export const EVENTFD_FLAGS = new FlagTable('EFD_???', {
  EFD_SEMAPHORE: 1,
  EFD_CLOEXEC: 0x80000,
  EFD_NONBLOCK: 0x800,
});

export const SIGNALFD_FLAGS = new FlagTable('SFD_???', {
  SFD_CLOEXEC: 0x80000,
  SFD_NONBLOCK: 0x800,
});

export const TIMERFD_FLAGS = new FlagTable('TFD_???', {
  TFD_TIMER_ABSTIME: 1,
  TFD_TIMER_CANCEL_ON_SET: 2,
  TFD_CLOEXEC: 0x80000,
  TFD_NONBLOCK: 0x800,
});

export const TIMERFD_SETTIME_FLAGS = new FlagTable('TFD_???', {
  TFD_TIMER_ABSTIME: 1,
  TFD_TIMER_CANCEL_ON_SET: 2,
});
