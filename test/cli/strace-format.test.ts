/** The text of `utrace trace` is strace's: the installed strace is the oracle, run on the same programs. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { build, byProcess, cli, installed, program, run, scratch } from './support.ts';

const strace = installed('strace');
const version =
  strace === undefined ? '' : (/version (\S+)/.exec(execFileSync(strace, ['-V'], { encoding: 'utf8' }))?.[1] ?? '');
const why =
  strace === undefined
    ? 'strace is not installed'
    : version !== '6.1'
      ? `strace ${version}: other versions write otherwise than 6.1`
      : '';
if (why) console.log(`skipped: the comparison with strace: ${why}`);

beforeAll(build, 120_000);

/** The same small environment for both, so that the stack looks the same. */
const env = { PATH: '/usr/bin:/bin', LANG: 'C', TZ: 'UTC' };

type End = readonly [code: number | null, signal: string | null, stdout: string];

interface Texts {
  readonly strace: string;
  readonly utrace: string;
  readonly ends: { readonly strace: End; readonly utrace: End };
}

/** Runs both on a command, with addresses not randomised and in an empty directory of the same name. */
async function both(
  options: readonly string[],
  command: readonly string[],
  own: { utrace?: string[]; strace?: string[]; file?: boolean } = {},
): Promise<Texts> {
  const dir = scratch();
  const cwd = join(dir, 'empty');
  const once = async (tracer: string[]): Promise<{ text: string; end: End }> => {
    rmSync(cwd, { recursive: true, force: true });
    mkdirSync(cwd);
    const out = join(dir, 'out');
    const file = own.file === false ? [] : ['-o', out];
    const ran = await run(['/usr/bin/setarch', '-R', ...tracer, ...file, ...options, '--', ...command], { cwd, env });
    return {
      text: own.file === false ? ran.stderr : readFileSync(out, 'latin1'),
      end: [ran.code, ran.signal, ran.stdout],
    };
  };
  const two = async () => ({
    s: await once([strace!, ...(own.strace ?? ['-f'])]),
    u: await once([process.execPath, cli, 'trace', ...(own.utrace ?? [])]),
  });
  let { s, u } = await two();
  // Process ids are made the same by their numbers: a small one can also be a length or an offset. Then once more.
  for (let again = 0; again < 5 && (ambiguous(s.text, u.text) || ambiguous(u.text, s.text)); again++) {
    ({ s, u } = await two());
  }
  return { strace: s.text, utrace: u.text, ends: { strace: s.end, utrace: u.end } };
}

/** Whether a process id of the first text is also a number of the second, or the ids of one run began anew at 300. */
function ambiguous(text: string, other: string): boolean {
  const pids = [...new Set([...text.matchAll(/^(\d+) /gm)].map(([, pid]) => Number(pid)))];
  if (Math.max(...pids) - Math.min(...pids) > 10_000) return true;
  return pids.some((pid) => new RegExp(`(?<![\\w.])${pid}(?!\\w)`).test(other));
}

async function same(options: readonly string[], command: readonly string[]): Promise<void> {
  const texts = await both(options, command);
  expect(byProcess(texts.utrace)).toEqual(byProcess(texts.strace));
  expect(Object.keys(byProcess(texts.utrace)).length).toBeGreaterThan(0);
  expect(texts.ends.utrace).toEqual(withoutCore(texts.ends.strace));
}

/** Of a signal that dumps core we do not die ourselves: there would be two cores. The status says it. */
const withoutCore = ([code, signal, stdout]: End): End =>
  signal === 'SIGSEGV' ? [139, null, stdout] : [code, signal, stdout];

describe.skipIf(why !== '')('as strace prints it', () => {
  describe('the calls of one family after the other', () => {
    for (const family of ['files', 'memory', 'signals', 'sockets', 'polling', 'times', 'process', 'rare']) {
      test(family, () => same([], [program('calls'), family]));
    }
    test('files, with what descriptors refer to', () => same(['-y'], [program('calls'), 'files']));
    test('files, in full', () => same(['-v', '-s', '200'], [program('calls'), 'files']));
    test('sockets, with what descriptors refer to, and short strings', () =>
      same(['-y', '-s', '3'], [program('calls'), 'sockets']));
    test('process, in full', () => same(['-v'], [program('calls'), 'process']));
    test('memory, in full', () => same(['-v'], [program('calls'), 'memory']));
  });

  describe('processes and threads', () => {
    for (const life of ['family', 'threads', 'exec', 'killed', 'stopped']) {
      // Whoever waits with futex may find that there is nothing to wait for; whoever polls polls as often as it takes.
      const calls =
        life === 'threads' || life === 'exec' || life === 'killed'
          ? ['-e', '!futex,munmap,madvise']
          : life === 'stopped'
            ? ['-e', '!read,openat,close,clock_nanosleep']
            : [];
      test(life, () => same(calls, [program('lives'), life]));
    }
    test('a pipeline of a shell', () =>
      same(
        ['-e', 'execve,pipe2,dup2,close,exit_group,write', '-e', 'signal=none'],
        ['/bin/sh', '-c', 'echo one two | tr a-z A-Z | cat; exit 3'],
      ));
  });

  describe('options', () => {
    const file = '/etc/passwd';
    const cases: Record<string, readonly string[]> = {
      'no option': [],
      '-s 5': ['-s', '5'],
      '-s 0': ['-s', '0'],
      '-s 5000': ['-s', '5000'],
      '-a 60': ['-a', '60'],
      '-a 0': ['-a', '0'],
      '-n': ['-n'],
      '-z': ['-z'],
      '-Z': ['-Z'],
      '-e trace=openat,read': ['-e', 'trace=openat,read'],
      '-e %file': ['-e', '%file'],
      '-e trace=%desc': ['-e', 'trace=%desc'],
      '-e !%memory': ['-e', '!%memory'],
      '-e /^m': ['-e', '/^m'],
      '-e trace=none': ['-e', 'trace=none'],
      '-e status=failed': ['-e', 'status=failed'],
      '-e signal=none': ['-e', 'signal=none'],
      '-q': ['-q'],
      '-qq': ['-qq'],
      '-y -v': ['-y', '-v'],
    };
    for (const [name, options] of Object.entries(cases)) {
      test(name, () => same(options, ['/bin/cat', file, '/nothing']));
    }

    /** Numbers of a time stamp become 9s: the shape is what is compared. */
    const shape = (text: string): string[] =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => line.replace(/^\d+ +/, ''))
        .map((line) =>
          [
            /^[\d:.]*( \(\+ *[\d.]+\))? ? *[\d.]*/.exec(line)?.[0].replace(/\d+/g, '9').replace(/ +/g, ' ') ?? '',
            / <[\d.]+>$/.test(line),
            /\b([a-z]\w+)\(/.exec(line)?.[1],
          ].join(' '),
        );
    for (const options of [
      ['-t'],
      ['-tt'],
      ['-ttt'],
      ['-r'],
      ['-T'],
      ['-t', '-r'],
      ['-ttt', '-T'],
      ['-r', '-T', '-n'],
    ]) {
      test(`the shape of ${options.join(' ')}`, async () => {
        const texts = await both([...options], ['/bin/cat', file]);
        expect(shape(texts.utrace)).toEqual(shape(texts.strace));
      });
    }

    test('without following', async () => {
      const command = ['/bin/sh', '-c', 'true; /bin/true; exit 2'];
      const texts = await both(['-e', '!wait4,rt_sigreturn'], command, { strace: [], utrace: ['--no-follow'] });
      const lines = (text: string): string[] =>
        text
          .split('\n')
          .filter((line) => !line.includes('SIGCHLD'))
          .map((line) =>
            line
              .replace(/\b\d{3,}\b/g, 'N')
              .replace(/(, )0x[0-9a-f]+ (\/\* \d+ var)/, '$1ENV $2')
              .replace(/(\\x[0-9a-f]{2})+/g, 'X'),
          );
      expect(lines(texts.utrace)).toEqual(lines(texts.strace));
      expect(texts.ends.utrace).toEqual(texts.ends.strace);
    });

    test('to standard error, with [pid N] and lines about new processes', async () => {
      const script = 'A=$(/bin/echo sub); /bin/true; exit 4';
      const texts = await both(['-e', 'execve,exit_group'], ['/bin/sh', '-c', script], { file: false });
      const lines = (text: string): string[] => {
        const pids = new Map<string, string>();
        return text
          .replace(/\b\d{3,}\b/g, (pid) => {
            if (!pids.has(pid)) pids.set(pid, `P${pids.size}`);
            return pids.get(pid)!;
          })
          .replace(/^\S*strace:/gm, 'utrace:')
          .replace(/\[pid +/g, '[pid ')
          .replace(/0x[0-9a-f]+ (\/\* \d+ var)/g, 'ENV $1')
          .split('\n');
      };
      expect(lines(texts.utrace)).toEqual(lines(texts.strace));
    });
  });

  describe('the table of -c', () => {
    /** Names, calls and errors, in order of name: the times are never the same. */
    const figures = (text: string): string[] => {
      const rows = text.split('\n').filter((line) => /^ *\d/.test(line) || line.includes('total'));
      return rows.map((line) => `${line.slice(31, 51).replace(/ +/g, ' ')} ${line.slice(52)}`).sort();
    };
    const command = ['/bin/sh', '-c', 'cat /etc/passwd /nothing | wc -l; ls / >/dev/null'];

    test('counts and errors', async () => {
      const texts = await both(['-c', '-e', '!wait4,rt_sigreturn,read'], command);
      expect(figures(texts.utrace)).toEqual(figures(texts.strace));
    });
    test('its shape', async () => {
      const texts = await both(['-c', '-S', 'name'], command);
      const outline = (text: string): string[] =>
        text
          .split('\n')
          .map((line) => line.replace(/[\d.]+/g, (n) => '9'.repeat(n.length)).replace(/^ *9+/, (n) => n.padStart(0)));
      const [u, s] = [outline(texts.utrace), outline(texts.strace)];
      expect(u.slice(0, 2)).toEqual(s.slice(0, 2));
      expect(u.map((line) => line.slice(52))).toEqual(s.map((line) => line.slice(52)));
      expect(u.at(-2)).toHaveLength(s.at(-2)!.length);
    });
    test('-C: trace, then table', async () => {
      const texts = await both(['-C', '-e', 'openat'], ['/bin/cat', '/nothing']);
      const tail = (text: string): string[] =>
        text
          .slice(text.indexOf('% time'))
          .split('\n')
          .map((line) => line.slice(52));
      expect(tail(texts.utrace)).toEqual(tail(texts.strace));
      const head = (text: string): unknown => byProcess(text.slice(0, text.indexOf('% time')));
      expect(head(texts.utrace)).toEqual(head(texts.strace));
    });
  });
});
