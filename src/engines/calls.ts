/** Choosing system calls by name, class (`%file`) or pattern: what the API takes, as a SyscallSet. */

import { SYSCALL_CLASSES, syscallNumber, syscallsByClass, syscallsOf } from '../abi/syscalls.ts';
import type { AbiName } from '../tracehook/machine.ts';
import { SyscallSet } from '../tracehook/syscall-set.ts';

/** A call's name, a class with its `%`, or a pattern matched against names. */
export type CallChoice = string | RegExp;

const ABIS: readonly AbiName[] = ['x86-64', 'i386'];

/**
 * The calls of all ABIs that any of the choices names. Throws TypeError on a name no ABI has.
 * `'openat'`, `'%network'`, `/^epoll_/`.
 */
export function chooseCalls(choices: Iterable<CallChoice>): SyscallSet {
  const numbers: Record<string, Set<number>> = Object.fromEntries(ABIS.map((abi) => [abi, new Set<number>()]));
  for (const choice of choices) {
    let known = false;
    for (const abi of ABIS) {
      for (const nr of numbersOf(abi, choice)) {
        numbers[abi]!.add(nr);
        known = true;
      }
    }
    if (!known) {
      throw new TypeError(
        `no system call matches '${choice}': give a name (openat), a class (${SYSCALL_CLASSES.map((name) => `%${name}`).join(', ')}) or a RegExp`,
      );
    }
  }
  return SyscallSet.of(numbers);
}

function numbersOf(abi: AbiName, choice: CallChoice): number[] {
  if (choice instanceof RegExp) {
    return syscallsOf(abi)
      .filter(({ name }) => choice.test(name))
      .map(({ nr }) => nr);
  }
  if (choice.startsWith('%')) {
    const wanted = choice.slice(1);
    const found = SYSCALL_CLASSES.find((name) => name === wanted);
    return found === undefined ? [] : syscallsByClass(abi, found).map(({ nr }) => nr);
  }
  const nr = syscallNumber(abi, choice);
  return nr === undefined ? [] : [nr];
}
