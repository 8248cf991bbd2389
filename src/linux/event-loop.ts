/** What a host needs of an event loop: turns, timers and SIGCHLD. Node's; or that of a simulated supervisor. */

export type Timer = object;

export interface EventLoop {
  /** In a turn of its own, after what is ready now. */
  soon(run: () => void): void;
  after(ms: number, run: () => void): Timer;
  every(ms: number, run: () => void): Timer;
  cancel(timer: Timer): void;
  onChildSignal(run: () => void): void;
  offChildSignal(run: () => void): void;
}

export const NODE_EVENT_LOOP: EventLoop = {
  soon: (run) => void setImmediate(run),
  after: (ms, run) => setTimeout(run, ms),
  every: (ms, run) => setInterval(run, ms),
  cancel: (timer) => clearTimeout(timer as NodeJS.Timeout), // of an interval, too
  onChildSignal: (run) => void process.on('SIGCHLD', run),
  offChildSignal: (run) => void process.off('SIGCHLD', run),
};
