/** clone(2) flags the tracing layers look at. */

export const CLONE = {
  CSIGNAL: 0xff,
  VM: 0x100,
  SIGHAND: 0x800,
  PTRACE: 0x2000,
  VFORK: 0x4000,
  PARENT: 0x8000,
  THREAD: 0x10000,
  UNTRACED: 0x800000,
} as const;
