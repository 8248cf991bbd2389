/** What the supervisor does about SIGCHLD: its handler (what Node has for `process.on`), and SA_NOCLDSTOP during a slice. */

import { SIG } from '../abi/signals.ts';
import { SA } from '../sim/process.ts';
import { type Handler, Sys } from '../sim/program.ts';
import { OFFSET } from './buffer.ts';
import type { Caller } from './caller.ts';

const SIGSET_BYTES = 8;

/** rt_sigaction by the caller. Null: SIG_DFL. */
export function setHandler(caller: Caller, signo: number, handler: Handler | null, flags: number): void {
  const at = handler === null ? 0 : new Sys(caller.task).handlerAt(handler);
  const words = BigUint64Array.of(BigInt(at), BigInt(flags + SA.SIGINFO + SA.RESTORER), 0n, 0n);
  caller.call('rt_sigaction', signo, caller.put(OFFSET.ACTION, new Uint8Array(words.buffer)), 0, SIGSET_BYTES);
}

function* nothing() {}

export class ChildAction {
  private readonly caller: Caller;
  private handles = false;
  private noStops = false;
  /** SIGCHLD came since this was last cleared: the byte in Node's pipe. */
  came = false;
  private readonly handler: Handler;

  constructor(caller: Caller) {
    this.caller = caller;
    this.handler = () => {
      this.came = true;
      return nothing();
    };
  }

  /** Whether the program has a handler of its own. */
  handle(on: boolean): void {
    if (this.handles === on) return;
    this.handles = on;
    this.set();
  }

  /** SA_NOCLDSTOP: what native/wait.c's stops_signal turns. */
  stopsSignal(on: boolean): void {
    if (this.noStops === !on) return;
    this.noStops = !on;
    this.set();
  }

  private set(): void {
    const flags = SA.RESTART + (this.noStops ? SA.NOCLDSTOP : 0);
    setHandler(this.caller, SIG.SIGCHLD, this.handles ? this.handler : null, flags);
  }
}
