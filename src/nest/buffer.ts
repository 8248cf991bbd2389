/** Who has which place in the supervisor's buffer (caller.ts), for what pointers of its calls point to. */

export const OFFSET = {
  STATUS: 0x0,
  SIGINFO: 0x100,
  ACTION: 0x200,
  IOVEC: 0x300,
  PIPE: 0x320,
  BYTE: 0x340,
  /** ptrace: what `addr` and `data` point to. */
  ADDR: 0x1000,
  DATA: 0x8000,
} as const;
