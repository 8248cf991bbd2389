/** Terminals for tests: an interactive bash on each, played by a script of what is typed and what is waited for. */

import { installed, run } from './support.ts';

const python = installed('python3');
const bash = installed('bash');
/** Why there are none; '': there are. */
export const why =
  python === undefined
    ? 'python3, for its pty module, is not installed'
    : bash === undefined
      ? 'bash is not installed'
      : '';
if (why) console.log(`skipped: the tests under a terminal: ${why}`);

/**
 * A scene: what is typed, and what is waited for on the screen before the next line. `skip`: what is there by now is of the
 * past. `on`: which terminal (default 0).
 */
export type Step = (
  | { readonly type: string }
  | { readonly expect: string }
  | { readonly wait: number }
  | { readonly skip: true }
) & {
  readonly on?: number;
};

/**
 * Plays steps to interactive bashes on new terminals, gives what each screen showed. Each wait ends after 15 s with what was
 * there. All of the shells' sessions are killed at the end.
 */
const PLAYER = `
import fcntl, json, os, pty, re, select, signal, struct, sys, termios, time
steps, env, count = json.load(sys.stdin)
pids, fds, screens, seen = [], [], [''] * count, [0] * count
for i in range(count):
    pid, fd = pty.fork()
    if pid == 0:
        time.sleep(0.05)
        os.execve(${JSON.stringify(bash ?? '')}, ['bash', '--norc', '--noprofile', '-i'], env)
    # Wide, so that no line is wrapped or scrolled.
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 50, 1000, 0, 0))
    pids.append(pid)
    fds.append(fd)
def read(wait, mine):
    for fd in select.select(fds, [], [], wait)[0]:
        i = fds.index(fd)
        try:
            data = os.read(fd, 65536)
        except OSError:
            data = b''
        screens[i] += data.decode('utf8', 'replace')
        if not data and i == mine:
            return False
    return True
failed = None
for step in steps:
    i = step.get('on', 0)
    if 'wait' in step:
        time.sleep(step['wait'])
        continue
    if 'skip' in step:
        while select.select([fds[i]], [], [], 0)[0] and read(0, i):
            pass
        seen[i] = len(screens[i])
        continue
    if 'type' in step:
        os.write(fds[i], step['type'].encode())
        continue
    end = time.time() + 15
    while True:
        found = re.search(step['expect'], screens[i][seen[i]:])
        if found:
            seen[i] += found.end()
            break
        if time.time() > end or not read(0.1, i):
            failed = step['expect']
            break
    if failed:
        break
def stat(name):
    return open('/proc/%s/stat' % name).read().rsplit(')', 1)[1].split()
ours = []
for name in os.listdir('/proc'):
    if name.isdigit():
        try:
            if int(stat(name)[3]) in pids:
                ours.append(name)
        except (OSError, ValueError):
            pass
for name in ours if failed else []:
    try:
        group, foreground = stat(name)[2], stat(name)[5]
        fields = re.findall('(?:Name|State|TracerPid|SigPnd|ShdPnd):.*', open('/proc/%s/status' % name).read())
        failed += ' [%s: %s, group %s, foreground %s]' % (name, ', '.join(fields), group, foreground)
    except OSError:
        pass
for name in ours:
    try:
        os.kill(int(name), signal.SIGKILL)
    except OSError:
        pass
for pid in pids:
    os.waitpid(pid, 0)
print(json.dumps({'screens': screens, 'failed': failed}))
`;

/** Plays a scene on `count` terminals, which have prompts by then. Throws with what is on them when a wait was in vain. */
export async function playOn(
  count: number,
  steps: readonly Step[],
  more: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const env = { PATH: '/usr/bin:/bin', PS1: '$ ', TERM: 'dumb', HOME: '/', LANG: 'C', ...more };
  const prompts = Array.from({ length: count }, (_, on): Step => ({ expect: '\\$ ', on }));
  const input = JSON.stringify([[...prompts, ...steps], env, count]);
  const ran = await run([python!, '-c', PLAYER], { input, deadline: 120_000 });
  if (ran.code !== 0) throw new Error(ran.stderr);
  const { screens, failed } = JSON.parse(ran.stdout) as { screens: string[]; failed: string | null };
  if (failed !== null) throw new Error(`not seen: ${failed}; the screens: ${screens.join('\n-----\n')}`);
  return screens;
}

/** On one terminal. */
export async function play(steps: readonly Step[]): Promise<string> {
  return (await playOn(1, steps))[0]!;
}
