/** Owns the rendering of a wait status, in the notation of the W* macros. */

import { signalText } from './args.ts';

const EVENTS = [
  '',
  'PTRACE_EVENT_FORK',
  'PTRACE_EVENT_VFORK',
  'PTRACE_EVENT_CLONE',
  'PTRACE_EVENT_EXEC',
  'PTRACE_EVENT_VFORK_DONE',
  'PTRACE_EVENT_EXIT',
  'PTRACE_EVENT_SECCOMP',
] as const;
const EVENT_STOP = 128;
const STOPPED = 0x7f;
const CONTINUED = 0xffff;
const CORE = 0x80;
const SYSGOOD = 0x80;

/** `{WIFEXITED(s) && WEXITSTATUS(s) == 1}` and its kin. */
export function waitStatus(status: number): string {
  const event = (status >>> 16) & 0xffff;
  const low = status & 0xffff;
  let text: string;
  if (low === CONTINUED) text = '{WIFCONTINUED(s)}';
  else if ((low & 0xff) === STOPPED) {
    const sig = low >> 8;
    text = `{WIFSTOPPED(s) && WSTOPSIG(s) == ${signalText(sig & 0x7f)}${sig & SYSGOOD ? ' | 0x80' : ''}}`;
  } else if ((low & STOPPED) === 0) text = `{WIFEXITED(s) && WEXITSTATUS(s) == ${low >> 8}}`;
  else {
    text = `{WIFSIGNALED(s) && WTERMSIG(s) == ${signalText(low & STOPPED)}${low & CORE ? ' && WCOREDUMP(s)' : ''}}`;
  }
  if (event === 0) return text;
  const name = event === EVENT_STOP ? 'PTRACE_EVENT_STOP' : (EVENTS[event] ?? `${event}`);
  return `${text} | ${name} << 16`;
}
