/**
 * Owns the text of /proc/PID/status and stat as a tracer is to read it, of a task under our trace: the real files tell of
 * us and of our stops. Pure text, whole files; reading, and who sees what, is the caller's.
 */

/** The states of a task as /proc/PID/status words them (the kernel's task_state_array); the letter is stat's. */
export type TaskStateText =
  | 'R (running)'
  | 'S (sleeping)'
  | 'D (disk sleep)'
  | 'T (stopped)'
  | 't (tracing stop)'
  | 'X (dead)'
  | 'Z (zombie)'
  | 'P (parked)'
  | 'I (idle)';

/** /proc/PID/status with other `State:` and `TracerPid:` lines; what is not given stays. */
export function rewriteStatus(
  text: string,
  { state, tracerPid }: { readonly state?: TaskStateText | undefined; readonly tracerPid?: number | undefined },
): string {
  // The name of the task comes first and cannot forge a line: a newline in it is escaped (but not a return, hence no ^).
  let result = text;
  if (state !== undefined) result = result.replace(/\nState:\t[^\n]*/, `\nState:\t${state}`);
  if (tracerPid !== undefined) result = result.replace(/\nTracerPid:\t[^\n]*/, `\nTracerPid:\t${tracerPid}`);
  return result;
}

/** /proc/PID/stat with another state, field 3. All other bytes stay. */
export function rewriteStat(text: string, { state }: { readonly state: TaskStateText }): string {
  // The name (field 2) is not escaped here, and may have parentheses, spaces and newlines; nothing after it has.
  const at = text.lastIndexOf(')') + 2;
  return at < 2 || at >= text.length ? text : text.slice(0, at) + state[0] + text.slice(at + 1);
}

/** A file of a task that a tracer may read by its path. */
export interface ProcPath {
  readonly pid: number | 'self' | 'thread-self';
  /** Of `task/TID`; undefined when the path names the process (or thread-self). */
  readonly tid: number | undefined;
  readonly file: 'status' | 'stat' | 'mem';
}

const PROC_PATH = /^\/proc\/(?:([1-9]\d*|self)(?:\/task\/([1-9]\d*))?|(thread-self))\/(status|stat|mem)$/;

/**
 * Which file of which task `path` is, or undefined for anything else. Repeated slashes and `.` are no matter; `..` is
 * not followed (behind /proc/self, a symbolic link, it is not what it looks like), nor is any link.
 */
export function procPath(path: string): ProcPath | undefined {
  // A slash or dot at the end asks for a directory, which none of the files is; a dot alone between slashes is nothing.
  const plain = path.replace(/\/(?:\.?\/)+/g, '/');
  const match = PROC_PATH.exec(plain);
  if (match === null) return undefined;
  const [, pid, tid, threadSelf, file] = match;
  return {
    pid: threadSelf !== undefined ? 'thread-self' : pid === 'self' ? 'self' : Number(pid),
    tid: tid === undefined ? undefined : Number(tid),
    file: file as ProcPath['file'],
  };
}
