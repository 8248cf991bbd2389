/**
 * The filters of processes that trace others: what they open in /proc must stop, and so must what they read and write by a
 * descriptor for a task's memory. Only tracers get one, so that everybody else opens files at full speed; what a tracer starts
 * from then on inherits it, for good. Seccomp sees the number of a descriptor but not what it is: so writes get a filter of
 * their own when the first such descriptor comes, for just its number, and reads when there is a second tracer, whose
 * breakpoints they are not to show.
 */

import { syscallNumber } from '../abi/syscalls.ts';
import { assemble, type Instruction, openTests, PROC_COOKIE } from './filter.ts';
import type { LinuxHost } from './host.ts';
import { ALL_BUT_SIGTRAP, AT_BYTES, injectCall } from './inject.ts';
import { reportSoon } from './interrupt.ts';
import { type LinuxTask, Run, Stop } from './task.ts';
import { lendMask } from './temporary-mask.ts';
import type { AddressSpace, ThreadGroup } from './thread-group.ts';

// struct sock_filter and seccomp_data: see filter.ts
const LD_ABS = 0x20;
const JEQ = 0x15;
const RET = 0x06;
const NR_OFFSET = 0;
const ARCH_OFFSET = 4;
const argOffset = (index: number): number => 16 + 8 * index;
const ALLOW: Instruction = [RET, 0, 0, 0x7fff0000];
const TRACE: Instruction = [RET, 0, 0, 0x7ff00000 | PROC_COOKIE];

const SECCOMP_SET_MODE_FILTER = 1n;
const SECCOMP_FILTER_FLAG_TSYNC = 1n;

/** So many descriptors get a filter each; then all do. */
const MAX_FILTERS = 8;
const ANY = -1;

type Abi = 'x86-64' | 'i386';
const AUDIT_ARCHS: readonly (readonly [number, Abi])[] = [
  [0xc000003e, 'x86-64'],
  [0x40000003, 'i386'],
];

/** `tests` of a call's number, for each way to call. */
function filter(tests: (abi: Abi) => Instruction[]): Uint8Array {
  const program: Instruction[] = [[LD_ABS, 0, 0, ARCH_OFFSET]];
  for (const [audit, abi] of AUDIT_ARCHS) {
    const block: Instruction[] = [[LD_ABS, 0, 0, NR_OFFSET], ...tests(abi), ALLOW];
    program.push([JEQ, 0, block.length, audit], ...block);
  }
  return assemble([...program, ALLOW]);
}

const openFilter = (): Uint8Array => filter(openTests);

const READS = ['read', 'pread64'];
const WRITES = ['write', 'pwrite64'];

const memoryFilter = (fd: number, calls: readonly string[]): Uint8Array =>
  filter((abi) =>
    calls.flatMap((name): Instruction[] =>
      fd === ANY
        ? [[JEQ, 0, 1, syscallNumber(abi, name)!], TRACE]
        : [[JEQ, 0, 4, syscallNumber(abi, name)!], [LD_ABS, 0, 0, argOffset(0)], [JEQ, 0, 1, fd], TRACE, ALLOW],
    ),
  );

/** From its next stop on, the opens of the task's process stop. */
export function watchProcFiles({ group: { procFiles } }: LinuxTask): void {
  if (procFiles.watched !== 'no') return;
  procFiles.watched = 'own filter';
  procFiles.due.push(openFilter());
}

/** From its next stop on, what is written by this descriptor for memory stops; and what is read, if others trace there. */
export function watchDescriptor({ group }: LinuxTask, fd: number, { tracers }: AddressSpace): void {
  const { writes, reads, due } = group.procFiles;
  addFilter(writes, due, fd, WRITES);
  if ([...tracers].some((other) => other !== group)) addFilter(reads, due, fd, READS);
}

function addFilter(filtered: Set<number>, due: Uint8Array[], fd: number, calls: readonly string[]): void {
  if (filtered.has(fd) || filtered.has(ANY)) return;
  const which = filtered.size < MAX_FILTERS ? fd : ANY;
  filtered.add(which);
  due.push(memoryFilter(which, calls));
}

/** A process traces somebody here: what others read of this memory is from now on looked at. */
export function noteTracer(host: LinuxHost, tracer: LinuxTask, { group: { space } }: LinuxTask): void {
  if (space.tracers.has(tracer.group)) return;
  space.tracers.add(tracer.group);
  for (const task of host.tasks.values()) {
    if (!task.isLeader || task.group === tracer.group) continue;
    const { memory, due } = task.group.procFiles;
    for (const [fd, file] of memory) if (file.space === space) watchDescriptor(task, fd, space);
    if (due.length > 0 && task.run === Run.RUNNING) reportSoon(host, task);
  }
}

/** How many of a task's filters are ours. */
export function filtersOf({ filter: own, group }: LinuxTask): number {
  const { watched, writes, reads, due } = group.procFiles;
  return (own === null ? 0 : 1) + (watched === 'own filter' ? 1 : 0) + writes.size + reads.size - due.length;
}

/** fork: filters and descriptors are the child's, too. */
export function inheritProcFiles(parent: ThreadGroup, child: ThreadGroup): void {
  const { watched, due, memory, writes, reads } = parent.procFiles;
  child.procFiles.watched = watched;
  child.procFiles.due.push(...due);
  for (const [fd, file] of memory) child.procFiles.memory.set(fd, file);
  for (const fd of writes) child.procFiles.writes.add(fd);
  for (const fd of reads) child.procFiles.reads.add(fd);
}

/**
 * At a stop of the process's, as the task is about to go on: if it is one where a task can be made to make a call. No signal comes
 * meanwhile: one that were sent again would be another, a SIGCONT that its tracer was shown the trap of already.
 */
export function installProcFilters(host: LinuxHost, task: LinuxTask): void {
  if (!canInject(task)) return;
  const { due } = task.group.procFiles;
  const giveBack = lendMask(host, task, ALL_BUT_SIGTRAP);
  if (giveBack === null) return;
  for (let program = due.shift(); program !== undefined; program = due.shift()) {
    const bytes = program;
    // Refused to one that gave up CAP_SYS_ADMIN where its tree did not give up new privileges: it reads what is really there.
    const result = injectCall(
      host,
      task,
      'seccomp',
      [SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, AT_BYTES],
      (place) => filterProgram(bytes, place, host.arch.abiFromRegisters(task.registers) === 'i386'),
    );
    if (task.run !== Run.STOPPED || result === null) break;
  }
  giveBack();
}

/** At the end of a call, or outside: what it was to go on with is all in its registers. */
function canInject(task: LinuxTask): boolean {
  const { stop, served } = task;
  if (served !== null || task.deliver !== 0) return false;
  // A call that was answered is over, unless somebody is to see its exit: then that is where.
  if (stop === Stop.SECCOMP) return task.answered >= 0 && !task.syscallStops;
  return stop === Stop.EXIT || stop === Stop.SIGNAL || stop === Stop.TRAP;
}

/** struct sock_fprog, and behind it what it points to. */
function filterProgram(program: Uint8Array, place: bigint, narrow: boolean): Uint8Array {
  const bytes = new Uint8Array(16 + program.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, program.length / 8, true);
  if (narrow) view.setUint32(4, Number(place) + 16, true);
  else view.setBigUint64(8, place + 16n, true);
  bytes.set(program, 16);
  return bytes;
}
