/** Where things are on the stage: test/programs/stage.h in TypeScript. */

export const STAGE_AT = 0x20000000;
export const SLOTS = 32;
export const ORDERS = 64;
const HEAD_SIZE = 0x1000;
const SLOT_SIZE = 0x20000;
export const STAGE_SIZE = HEAD_SIZE + SLOTS * SLOT_SIZE;

export const HEAD = { handler: 0, restorer: 8, word: 16, path: 24, supervisor: 32, supervisorExe: 40, programs: 296 };
/** Strings that hold the paths of the two programs, for execve. */
export const ACTOR_AT = 0x400;
export const PASSIVE_AT = 0x600;
export const SLOT = {
  tid: 0,
  posted: 4,
  begun: 8,
  done: 12,
  spinning: 16,
  release: 20,
  handled: 24,
  ready: 28,
  turns: 32,
};
export const HANDLERS_AT = 0x40;
export const HANDLER_SIZE = 16;
const ORDERS_AT = 0x400;
const ORDER_SIZE = 128;
export const RESULT_AT = 56;
/** What an order points to: so many bytes for each. */
const DATA_AT = 0x10000;
export const DATA_SIZE = 0x400;

export const slotAt = (slot: number): number => HEAD_SIZE + slot * SLOT_SIZE;
export const orderAt = (slot: number, index: number): number =>
  slotAt(slot) + ORDERS_AT + (index % ORDERS) * ORDER_SIZE;
export const dataAt = (slot: number, index: number): number => slotAt(slot) + DATA_AT + (index % ORDERS) * DATA_SIZE;

/** Orders that are not one system call. */
export const DO = {
  CLONE: 0x1000,
  SPIN: 0x1001,
  LOOP: 0x1002,
  BREAK_CALL: 0x1003,
  BREAK_NOPS: 0x1004,
  FAULT: 0x1005,
  STORE: 0x1006,
  LOAD: 0x1007,
  STRIKE: 0x1008,
} as const;
