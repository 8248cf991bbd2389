/**
 * Owns the signals of Linux (x86-64 numbers): names, default actions, si_code names, how-values of sigprocmask and the
 * decoding of a signal set. Data and pure functions; siginfo_t itself is in siginfo.ts.
 */

/** Signal name → number, without the real-time signals but their ends. */
export const SIG = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
  SIGRTMIN: 32,
  SIGRTMAX: 64,
} as const;

/** The highest signal number. */
export const SIGNAL_MAX = 64;

/** What a signal does to a process that left it at SIG_DFL. */
export type DefaultAction = 'term' | 'core' | 'stop' | 'ignore' | 'continue';

/** Names without SIG, as strace prints signal sets: HUP, …, SYS, RTMIN, RT_1, …, RT_32. */
const SHORT: string[] = [''];
const NAMES: string[] = [''];
for (const name of Object.keys(SIG)) if (name !== 'SIGRTMIN' && name !== 'SIGRTMAX') SHORT.push(name.slice(3));
SHORT.push('RTMIN');
for (let n = 1; n <= 32; n++) SHORT.push(`RT_${n}`);
for (let n = 1; n <= SIGNAL_MAX; n++) NAMES.push(`SIG${SHORT[n]}`);

/** The name of signal `n`: `SIGHUP` … `SIGSYS`, `SIGRTMIN`, `SIGRT_1` … `SIGRT_32`; undefined outside 1–64. */
export const signalName = (n: number): string | undefined => (n > 0 ? NAMES[n] : undefined);

const NUMBERS = new Map<string, number>();
for (let n = 1; n <= SIGNAL_MAX; n++) {
  NUMBERS.set(NAMES[n] as string, n);
  NUMBERS.set(SHORT[n] as string, n);
}
for (const [alias, n] of [
  ['IOT', 6],
  ['CLD', 17],
  ['POLL', 29],
  ['RTMAX', 64],
] as const) {
  NUMBERS.set(alias, n);
  NUMBERS.set(`SIG${alias}`, n);
}

/** The number of a signal written `SIGINT`, `INT`, `int` or `2`; undefined when there is none. */
export function signalNumber(text: string): number | undefined {
  const known = NUMBERS.get(text);
  if (known !== undefined) return known;
  if (/^\d+$/.test(text)) {
    const n = Number(text);
    return n >= 1 && n <= SIGNAL_MAX ? n : undefined;
  }
  return NUMBERS.get(text.toUpperCase());
}

const CORE: ReadonlySet<number> = new Set([3, 4, 5, 6, 7, 8, 11, 24, 25, 31]);
const STOP: ReadonlySet<number> = new Set([19, 20, 21, 22]);
const IGNORE: ReadonlySet<number> = new Set([17, 23, 28]);

/** The default action of signal `n` (signal(7)). */
export function defaultAction(n: number): DefaultAction {
  if (n === SIG.SIGCONT) return 'continue';
  if (CORE.has(n)) return 'core';
  if (STOP.has(n)) return 'stop';
  return IGNORE.has(n) ? 'ignore' : 'term';
}

/** The how-values of rt_sigprocmask. */
export const SIG_HOW = { SIG_BLOCK: 0, SIG_UNBLOCK: 1, SIG_SETMASK: 2 } as const;

/** si_code values that mean the same for every signal. */
export const SI = {
  SI_USER: 0,
  SI_KERNEL: 0x80,
  SI_QUEUE: -1,
  SI_TIMER: -2,
  SI_MESGQ: -3,
  SI_ASYNCIO: -4,
  SI_SIGIO: -5,
  SI_TKILL: -6,
  SI_DETHREAD: -7,
  SI_ASYNCNL: -60,
} as const;

const GENERAL = new Map<number, string>();
for (const [name, code] of Object.entries(SI)) GENERAL.set(code, name);

/** si_code names per signal; the code of the first is 1. */
const CODES: { readonly [signo: number]: readonly string[] } = {
  [SIG.SIGILL]: 'ILLOPC ILLOPN ILLADR ILLTRP PRVOPC PRVREG COPROC BADSTK BADIADDR'.split(' ').map((s) => `ILL_${s}`),
  [SIG.SIGFPE]: [
    ...'INTDIV INTOVF FLTDIV FLTOVF FLTUND FLTRES FLTINV FLTSUB'.split(' ').map((s) => `FPE_${s}`),
    ...['', '', '', '', '', 'FPE_FLTUNK', 'FPE_CONDTRAP'],
  ],
  [SIG.SIGSEGV]: 'MAPERR ACCERR BNDERR PKUERR ACCADI ADIDERR ADIPERR MTEAERR MTESERR'
    .split(' ')
    .map((s) => `SEGV_${s}`),
  [SIG.SIGBUS]: 'ADRALN ADRERR OBJERR MCEERR_AR MCEERR_AO'.split(' ').map((s) => `BUS_${s}`),
  [SIG.SIGTRAP]: 'BRKPT TRACE BRANCH HWBKPT UNK PERF'.split(' ').map((s) => `TRAP_${s}`),
  [SIG.SIGCHLD]: 'EXITED KILLED DUMPED TRAPPED STOPPED CONTINUED'.split(' ').map((s) => `CLD_${s}`),
  [SIG.SIGIO]: 'IN OUT MSG ERR PRI HUP'.split(' ').map((s) => `POLL_${s}`),
  [SIG.SIGSYS]: ['SYS_SECCOMP', 'SYS_USER_DISPATCH'],
};

/** si_code of SIGCHLD. */
export const CLD = {
  CLD_EXITED: 1,
  CLD_KILLED: 2,
  CLD_DUMPED: 3,
  CLD_TRAPPED: 4,
  CLD_STOPPED: 5,
  CLD_CONTINUED: 6,
} as const;

/** The name of si_code `code` of signal `signo`, such as `CLD_EXITED`; undefined when it has none. */
export function siCodeName(signo: number, code: number): string | undefined {
  const general = GENERAL.get(code);
  if (general !== undefined) return general;
  const own = CODES[signo]?.[code - 1];
  return own === '' ? undefined : own;
}

/** The signals in a 64-bit mask given as two unsigned 32-bit halves, ascending. */
export function sigsetSignals(low: number, high: number): number[] {
  const out: number[] = [];
  for (let n = 0; n < 32; n++) if ((low >>> n) & 1) out.push(n + 1);
  for (let n = 0; n < 32; n++) if ((high >>> n) & 1) out.push(n + 33);
  return out;
}

const setCache = new Map<number, string>();

function popcount(n: number): number {
  let v = n - ((n >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/**
 * A signal set in strace's notation: `[INT CHLD]`, or `~[KILL STOP]` when most of the set's `width` signals (32 or 64)
 * are in it. `low` and `high` are the halves of the mask.
 */
export function sigsetText(low: number, high: number, width: 32 | 64 = 64): string {
  const small = high === 0 && width === 64;
  if (small) {
    const hit = setCache.get(low);
    if (hit !== undefined) return hit;
  }
  const count = popcount(low) + (width === 64 ? popcount(high) : 0);
  const invert = count >= Math.floor((width * 2) / 3);
  const signals = invert ? sigsetSignals(~low, width === 64 ? ~high : 0) : sigsetSignals(low, width === 64 ? high : 0);
  let text = invert ? '~[' : '[';
  for (let i = 0; i < signals.length; i++) text += (i === 0 ? '' : ' ') + SHORT[signals[i] as number];
  text += ']';
  if (small && setCache.size < 1000) setCache.set(low, text);
  return text;
}
