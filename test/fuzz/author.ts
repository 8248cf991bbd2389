/**
 * Makes programs up. The author watches its program run on the kernel while it writes it, so that most steps mean something:
 * it knows who traces whom, and who is stopped. What it wrote is data, and runs without it.
 */

import * as status from '../../src/abi/wait-status.ts';
import type { Prng } from '../../src/base/prng.ts';
import { optionBits, sig } from '../conformance/ptrace/calls.ts';
import type { Reply } from '../conformance/ptrace/play.ts';
import type { Kind } from '../conformance/ptrace/stage.ts';
import type { CallStep, PidOf, Role, Step, StepArg } from './program.ts';
import type { Director, View } from './replay.ts';

const role = (name: string, by = 'root', watched = false, kind: Role['kind'] = 'fork'): Role => ({
  name,
  by,
  kind,
  watched,
});
const CASTS: readonly (readonly Role[])[] = [
  [role('tracer'), role('tracee', 'root', true)],
  [role('tracer'), role('tracee', 'root', true)],
  [role('tracer'), role('tracee', 'tracer', true)],
  [role('tracer'), role('tracee', 'root', true), role('thread', 'tracee', true, 'thread')],
  [role('tracer'), role('tracee', 'tracer', true), role('thread', 'tracee', true, 'thread')],
  [role('tracer'), role('tracee', 'root', true), role('second', 'root', true)],
  [role('tracer'), role('tracee', 'tracer', true), role('second', 'root', true)],
  [role('tracer'), role('tracer2', 'tracer', false, 'thread'), role('tracee', 'root', true)],
];

type Weighted<T> = readonly (readonly [weight: number, item: T])[];

const SIGNALS: Weighted<string> = [
  [18, 'SIGSTOP'],
  [18, 'SIGCONT'],
  [7, 'SIGTSTP'],
  [3, 'SIGTTIN'],
  [16, 'SIGUSR1'],
  [6, 'SIGUSR2'],
  [4, 'SIGTERM'],
  [4, 'SIGKILL'],
  [6, 'SIGRT_1'],
  [3, 'SIGCHLD'],
  [3, 'SIGWINCH'],
  [3, 'SIGTRAP'],
  [2, 'SIGINT'],
];
/** Those that end no process, and the one that ends a tracee, too. */
const SPARED: ReadonlySet<string> = new Set([
  ...['SIGSTOP', 'SIGCONT', 'SIGTSTP', 'SIGTTIN', 'SIGCHLD', 'SIGWINCH', 'SIGKILL'],
]);
const OPTIONS = [
  'TRACESYSGOOD',
  'TRACEFORK',
  'TRACEVFORK',
  'TRACECLONE',
  'TRACEEXEC',
  'TRACEVFORKDONE',
  'TRACEEXIT',
  'EXITKILL',
] as const;
const INSPECTIONS: Weighted<string> = [
  [6, 'GETSIGINFO'],
  [4, 'GETEVENTMSG'],
  [5, 'GET_SYSCALL_INFO'],
  [5, 'GETREGS'],
  [2, 'PEEKUSER'],
  [2, 'PEEKSIGINFO'],
  [2, 'GETSIGMASK'],
];
const RESUMES: Weighted<string> = [
  [10, 'CONT'],
  [8, 'SYSCALL'],
  [4, 'SINGLESTEP'],
  [2, 'SYSEMU'],
  [1, 'SYSEMU_SINGLESTEP'],
  [2, 'DETACH'],
];
const KINDS: Weighted<Kind> = [
  [5, 'fork'],
  [3, 'vfork'],
  [4, 'thread'],
  [1, { flags: ['SIGCHLD', 'CLONE_PTRACE'] }],
  [1, { flags: ['SIGCHLD', 'CLONE_UNTRACED'] }],
  [1, { flags: ['SIGCHLD', 'CLONE_PARENT'] }],
  [1, { flags: [] }],
];
/** The calls of a tracee. */
const ACTS: Weighted<string> = [
  [2, 'getppid'],
  [1, 'pause'],
  [1, 'nanosleep'],
  [1, 'poll'],
  [3, 'sigaction'],
  [1, 'sigprocmask'],
  [1, 'exit or sigpending'],
  [1, 'exitGroup or loop'],
  [1, 'exec'],
  [2, 'kill'],
  [1, 'breakNops'],
  [1, 'breakCall'],
  [2, 'birth'],
  [1, 'sigsuspend or sigtimedwait'],
  [1, 'spin, execNothing, or another group or session'],
];
/** What a weight is multiplied by where a program has its own. */
const FACTORS = [0, 0, 1, 1, 6] as const;
const ORIG_RAX = 120;
const LONG_MS = 60_000;
const GETPPID = 110;
const POLL = 7;
const CHILDREN_MAX = 2;
const EVENT_STOP = 128;
const STEPS_MIN = 12;
const STEPS_MAX = 34;

/** What the author knows of a task that is traced, or may be. */
interface Target {
  tracer: string | undefined;
  /** It was resumed by a step last: the death of its tracer would leave it stepping, to die of a SIGTRAP, on Linux alone. */
  steps: boolean;
  /** The wait status of its stop, as its tracer was told. */
  stop: number | undefined;
  /** The last process that it made, it made by vfork. */
  vforks: boolean;
}

export class Author implements Director {
  readonly cast: readonly Role[];
  readonly steps: Step[] = [];
  private readonly random: Prng;
  private readonly targets = new Map<string, Target>();
  private readonly planned: Step[] = [];
  /** Of the threads: who is to be sent what is meant for their process. */
  private readonly leaders = new Map<string, string>();
  private readonly length: number;
  /** Its own weights, list by list; null: it has those of all. */
  private readonly weights: Map<Weighted<unknown>, Weighted<unknown>> | null;
  private children = 0;
  private closing = false;

  /**
   * `swarm`: the program has weights of its own, so that it does without some things, and much of others. Where all have the same
   * weights, much that shows only together is all but never together (Groce and others, Swarm Testing, ISSTA 2012).
   */
  constructor(random: Prng, swarm: boolean) {
    this.random = random;
    this.weights = swarm ? new Map() : null;
    this.cast = random.pick(CASTS);
    this.length = STEPS_MIN + random.below(STEPS_MAX - STEPS_MIN + 1);
    for (const { name, by, kind } of this.cast) {
      if (!name.startsWith('tracer')) this.target(name);
      if (kind === 'thread') this.leaders.set(name, by);
    }
    this.begin();
  }

  next(view: View): Step | undefined {
    if (this.planned.length === 0 && this.steps.length >= this.length && !this.closing) this.close();
    const step = this.planned.shift() ?? (this.closing ? undefined : this.choose(view));
    if (step !== undefined) this.steps.push(step);
    return step;
  }

  told(step: Step, reply: Reply, who: (pid: number) => string): void {
    if (!('call' in step) || reply.ret < 0) return;
    const { call, args } = step;
    if (call === 'wait4' && reply.ret > 0) this.waited(reply, who(reply.ret));
    if (call !== 'ptrace') return;
    const request = args[0] as string;
    if (request === 'TRACEME') {
      const by = this.cast.find(({ name }) => name === step.by)?.by ?? 'root';
      this.targets.get(step.by)!.tracer = by;
      return;
    }
    const target = this.targets.get((args[1] as PidOf).pid);
    if (target === undefined) return;
    if (request === 'SEIZE' || request === 'ATTACH') target.tracer = step.by;
    if (request === 'DETACH') target.tracer = undefined;
    if (RESUMES.some(([, name]) => name === request)) target.steps = request.includes('STEP');
    if (request === 'DETACH' || request === 'LISTEN' || RESUMES.some(([, name]) => name === request))
      target.stop = undefined;
  }

  private waited(reply: Reply, name: string): void {
    const target = this.targets.get(name);
    if (target !== undefined && status.isStopped(reply.status ?? 0)) target.stop = reply.status;
  }

  private target(name: string): void {
    this.targets.set(name, { tracer: undefined, steps: false, stop: undefined, vforks: false });
  }

  // --- choosing ---

  private of<T>(all: Weighted<T>): T {
    const list = this.weighted(all);
    let at = this.random.below(list.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, item] of list) {
      at -= weight;
      if (at < 0) return item;
    }
    throw new Error('unreachable');
  }
  private weighted<T>(list: Weighted<T>): Weighted<T> {
    if (this.weights === null) return list;
    let own = this.weights.get(list) as Weighted<T> | undefined;
    if (own === undefined) {
      own = list.map(([weight, item]) => [weight * this.random.pick(FACTORS), item] as const);
      if (own.every(([weight]) => weight === 0)) own = list;
      this.weights.set(list, own);
    }
    return own;
  }
  private call(by: string, call: string, ...args: StepArg[]): CallStep {
    return { by, call, args };
  }
  private ptrace(by: string, request: string, on: string, addr: StepArg = 0, data: StepArg = 0): CallStep {
    return this.call(by, 'ptrace', request, { pid: on }, addr, data);
  }
  private options(): number {
    return optionBits(
      OPTIONS.filter((name) => this.random.chance(name === 'TRACESYSGOOD' ? 60 : name === 'EXITKILL' ? 8 : 35)),
    );
  }

  /**
   * What comes before all else: what the tracer, or the parent, does about SIGCHLD. Not to ignore it: where a tracer does
   * that, Linux reaps its dead tracees behind the back of their real parent. And a parent is not sent the SIGCHLD of its
   * children's stops: that of CLD_CONTINUED comes as the process is continued, and not as its tracer lets it go on.
   */
  private begin(): void {
    const { asParent } = this;
    if (this.random.chance(25)) {
      const flags = asParent ? ['SA_NOCLDSTOP'] : this.random.pick([[], [], ['SA_NOCLDSTOP'], ['SA_RESTART']] as const);
      this.planned.push(this.call('tracer', 'sigaction', sig('SIGCHLD'), 'handler', flags));
    } else if (this.random.chance(10)) {
      this.planned.push(this.call('tracer', 'sigprocmask', 'block', ['SIGCHLD']));
    }
    if (this.random.chance(15))
      this.planned.push(this.call('root', 'sigaction', sig('SIGCHLD'), 'handler', ['SA_NOCLDSTOP']));
  }

  /** The tracer is a parent, too. */
  private get asParent(): boolean {
    return this.cast.some(({ by, name }) => by === 'tracer' && name !== 'tracer2');
  }

  /** At the end all are killed, and everybody learns of it. */
  private close(): void {
    this.closing = true;
    if (this.random.chance(25)) return;
    if (!this.stepping && this.random.chance(20))
      this.planned.push(this.call('root', 'kill', { pid: 'tracer' }, sig('SIGKILL')));
    for (const name of this.targets.keys()) {
      this.planned.push(this.call('root', 'kill', { pid: this.leaderOf(name) }, sig('SIGKILL')));
    }
    for (const by of ['tracer', 'tracer', 'tracer', 'root', 'root', 'root']) {
      this.planned.push(this.call(by, 'wait4', -1, ['__WALL', 'WNOHANG']));
    }
  }

  private choose(view: View): Step {
    for (const target of this.targets.values())
      if (target.tracer !== undefined && view.condition(target.tracer) === 'dead') target.tracer = undefined;
    const alive = [...this.targets.keys()].filter(
      (name) => view.born(name) && view.condition(name) !== 'dead' && !this.leftInVfork(view, name),
    );
    if (alive.length === 0 || this.random.chance(5))
      return this.wait(view, this.random.chance(50) ? 'root' : 'tracer', this.someone());
    const name = this.random.pick(alive);
    const target = this.targets.get(name)!;
    if (this.random.chance(1) && !this.stepping)
      return this.random.chance(50)
        ? this.call('tracer', 'exitGroup', 0)
        : this.call('root', 'kill', { pid: 'tracer' }, sig('SIGKILL'));
    if (this.random.chance(2)) {
      const signal = this.random.pick(['SIGUSR1', 'SIGCONT', 'SIGWINCH']);
      if (signal !== 'SIGUSR1' || !this.stepping) return this.call('root', 'kill', { pid: 'tracer' }, sig(signal));
    }
    const tracer = target.tracer ?? this.tracerFor();
    if (view.busy(tracer) || this.random.chance(6)) return this.outside(view, name);
    if (target.tracer === undefined) return this.untraced(view, name, tracer);
    return view.condition(name) === 'stopped'
      ? this.stopped(view, name, target, tracer)
      : this.running(view, name, tracer);
  }

  /** Its tracer died as it slept in a vfork: a deadly signal ends it at once now, and no real tracee. */
  private leftInVfork(view: View, name: string): boolean {
    const { tracer, vforks } = this.targets.get(name)!;
    return vforks && tracer === undefined && view.busy(name);
  }

  /** Somebody was resumed by a step: see Target. */
  private get stepping(): boolean {
    return [...this.targets.values()].some(({ steps }) => steps);
  }
  private someone = (): string => this.random.pick([...this.targets.keys()]);
  private tracerFor(): string {
    if (this.random.chance(6)) return 'root';
    return this.cast.some(({ name }) => name === 'tracer2') && this.random.chance(25) ? 'tracer2' : 'tracer';
  }

  private untraced(view: View, name: string, tracer: string): Step {
    const at = this.random.below(100);
    if (at < 32) return this.ptrace(tracer, 'SEIZE', name, 0, this.options());
    if (at < 50) return this.ptrace(tracer, 'ATTACH', name);
    if (at < 56 && !view.busy(name)) return this.call(name, 'ptrace', 'TRACEME', 0, 0, 0);
    if (at < 60) return this.ptrace(tracer, this.of(RESUMES), name);
    return this.outside(view, name);
  }

  private running(view: View, name: string, tracer: string): Step {
    const at = this.random.below(100);
    if (at < 12) return this.ptrace(tracer, 'INTERRUPT', name);
    if (at < 36) return this.wait(view, tracer, name);
    if (at < 40)
      return this.ptrace(
        tracer,
        this.random.pick(['CONT', 'GETSIGINFO', 'LISTEN', 'GETREGS', 'DETACH', 'SETOPTIONS', 'SEIZE', 'KILL']),
        name,
      );
    return this.outside(view, name);
  }

  private stopped(view: View, name: string, target: Target, tracer: string): Step {
    const { stop } = target;
    if (stop === undefined && this.random.chance(60)) return this.wait(view, tracer, name);
    const event = stop === undefined ? 0 : status.stopEvent(stop);
    if (event === EVENT_STOP && this.random.chance(20)) return this.ptrace(tracer, 'LISTEN', name);
    const at = this.random.below(100);
    if (at < 48) return this.ptrace(tracer, this.of(RESUMES), name, 0, this.passed(stop));
    if (at < 66) return this.inspect(name, tracer);
    if (at < 70) return this.wait(view, tracer, name);
    if (at < 73) return this.ptrace(tracer, 'SETSIGINFO', name, 0, { signo: sig(this.of(SIGNALS)) });
    if (at < 77) return this.ptrace(tracer, 'SETOPTIONS', name, 0, this.options());
    if (at < 81) return this.ptrace(tracer, 'INTERRUPT', name);
    if (at < 83) return this.ptrace(tracer, 'LISTEN', name);
    if (at < 85)
      return this.ptrace(tracer, 'SETSIGMASK', name, 8, this.random.pick([[], ['SIGUSR1'], ['SIGCONT', 'SIGTSTP']]));
    return this.outside(view, name);
  }

  /** What a tracee is resumed with: nothing, the signal it stopped for, another. */
  private passed(stop: number | undefined): number {
    const same = stop === undefined ? 0 : status.stopSignal(stop) & 0x7f;
    const at = this.random.below(100);
    if (at < 40) return 0;
    return at < 88 && same !== sig('SIGTRAP') ? same : at < 88 ? 0 : sig(this.of(SIGNALS));
  }

  private inspect(name: string, tracer: string): Step {
    const request = this.of(INSPECTIONS);
    return this.ptrace(
      tracer,
      request,
      name,
      request === 'PEEKUSER' ? ORIG_RAX : request === 'PEEKSIGINFO' ? this.random.below(2) : 0,
    );
  }

  private wait(_view: View, by: string, name: string): Step {
    const blocking = by !== 'root' && this.random.chance(12);
    const whom = this.random.below(100);
    // Who sleeps for a SIGCONT of its own child is woken as that leaves its stop for real.
    const continues = this.random.chance(20) && !(blocking && this.asParent);
    const more = [...(blocking ? [] : ['WNOHANG']), ...(continues ? ['WCONTINUED'] : [])];
    if (this.random.chance(20)) {
      const which: StepArg[] = whom < 55 ? ['P_PID', { pid: name }] : whom < 85 ? ['P_ALL', 0] : ['P_PGID', 0];
      const what = this.random.pick([['WEXITED'], ['WSTOPPED'], ['WEXITED', 'WSTOPPED']]);
      return this.call(by, 'waitid', ...which, [
        ...what,
        ...more,
        ...(this.random.chance(35) ? ['WNOWAIT'] : []),
        ...(this.random.chance(30) ? ['__WALL'] : []),
      ]);
    }
    const pid: StepArg = whom < 60 ? { pid: name } : whom < 88 ? -1 : whom < 94 ? 0 : { pid: name, minus: true };
    const kind = this.random.chance(80) ? ['__WALL'] : this.random.pick([[], [], ['__WCLONE'], ['__WNOTHREAD']]);
    return this.call(by, 'wait4', pid, [...kind, ...more, ...(this.random.chance(30) ? ['WUNTRACED'] : [])]);
  }

  /** What others do to it, or what it does. */
  private outside(view: View, name: string): Step {
    if (this.random.chance(45) && !view.busy(name)) {
      const step = this.act(name);
      if (!('call' in step) || step.call !== 'sigtimedwait') return step;
      // A deadly signal that is not blocked ends who is not traced, or no more, although it waits for it.
      this.planned.push(step);
      return this.call(name, 'sigprocmask', 'block', ['SIGUSR1', 'SIGRT_1']);
    }
    if (view.busy(name) && this.random.chance(8)) return { release: name };
    const signal = this.of(SIGNALS);
    const by = this.random.chance(80) || view.busy('tracer') ? 'root' : 'tracer';
    const leader = this.leaderOf(name);
    const signo = sig(this.execsUntraced(view, leader) && !SPARED.has(signal) ? 'SIGCONT' : signal);
    if (this.random.chance(35)) return this.call(by, 'tgkill', { pid: leader }, { pid: name }, signo);
    return this.call(by, 'kill', { pid: leader }, signo);
  }

  /**
   * Whether somebody of a process who is not traced is in an exec: that waits for the tracers of dead threads, and a deadly signal
   * ends it at once, and no real tracee.
   */
  private execsUntraced(view: View, leader: string): boolean {
    return [...this.targets].some(([name, { tracer }]) => {
      if (this.leaderOf(name) !== leader || tracer !== undefined || !view.born(name) || !view.busy(name)) return false;
      const last = this.steps.findLast((step) => 'call' in step && step.by === name);
      return last !== undefined && 'call' in last && last.call === 'exec';
    });
  }

  /** Whose number its process has. */
  private leaderOf(name: string): string {
    return this.leaders.get(name) ?? name;
  }

  /** A call of the tracee's. */
  private act(name: string): Step {
    const some = this.of(SIGNALS);
    switch (this.of(ACTS)) {
      case 'getppid':
        return this.call(name, 'getppid');
      case 'pause':
        return this.call(name, 'pause');
      case 'nanosleep':
        return this.call(name, 'nanosleep', LONG_MS);
      case 'poll':
        return this.call(name, 'raw', POLL, 0, 0, LONG_MS);
      case 'sigaction': {
        const signal = some === 'SIGKILL' || some === 'SIGSTOP' ? 'SIGUSR1' : some;
        const what = this.random.pick(['handler', 'handler', 'handler', 'ignore', 'default']);
        return this.call(
          name,
          'sigaction',
          sig(signal),
          what,
          this.random.pick([[], ['SA_RESTART'], ['SA_NODEFER'], ['SA_RESETHAND']]),
        );
      }
      case 'sigprocmask':
        return this.call(
          name,
          'sigprocmask',
          this.random.pick(['block', 'block', 'unblock', 'set']),
          this.random.pick([['SIGUSR1'], ['SIGCONT'], ['SIGTSTP', 'SIGUSR2'], ['SIGRT_1']]),
        );
      case 'exit or sigpending':
        return this.random.chance(30) ? this.call(name, 'exit', 3) : this.call(name, 'sigpending');
      case 'exitGroup or loop':
        return this.random.chance(40) ? this.call(name, 'exitGroup', 7) : this.call(name, 'loop', 2);
      case 'exec':
        return this.call(name, 'exec');
      case 'kill':
        // By a thread its process's could end it in this very call.
        return this.leaders.has(name)
          ? this.call(name, 'tgkill', { pid: this.leaderOf(name) }, { pid: name }, sig(some))
          : this.call(name, 'kill', { pid: name }, sig(some));
      case 'breakNops':
        return this.call(name, 'breakNops');
      case 'breakCall':
        return this.call(name, 'breakCall', GETPPID);
      case 'birth':
        return this.birth(name);
      case 'sigsuspend or sigtimedwait':
        return this.random.chance(50)
          ? this.call(name, 'sigsuspend', this.random.pick([[], ['SIGUSR1']]))
          : this.call(name, 'sigtimedwait', ['SIGUSR1', 'SIGRT_1'], LONG_MS);
      default:
        return this.random.pick([
          this.call(name, 'spin'),
          this.call(name, 'setpgid', 0, 0),
          this.call(name, 'execNothing'),
          this.call(name, 'setsid'),
        ]);
    }
  }

  private birth(name: string): Step {
    if (this.children >= CHILDREN_MAX) return this.call(name, 'getppid');
    const child = `child${this.children++}`;
    this.target(child);
    const tracer = this.targets.get(name)?.tracer;
    this.targets.get(child)!.tracer = tracer; // perhaps
    const kind = this.of(KINDS);
    if (kind === 'thread') this.leaders.set(child, this.leaders.get(name) ?? name);
    const isCast = this.cast.some((one) => one.name === name); // of others it is not known whether they are traced
    // A deadly signal ends who sleeps in a vfork and is not traced, at once, and no real tracee.
    const vforks = kind === 'vfork' && isCast && tracer !== undefined;
    this.targets.get(name)!.vforks = vforks;
    return { by: name, make: child, kind: kind === 'vfork' && !vforks ? 'fork' : kind };
  }
}
