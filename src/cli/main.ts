/** The command `utrace`: what its command line says. Only what is asked for is loaded. */

import { Command, InvalidArgumentError, Option } from 'commander';
import { version } from '../../package.json' with { type: 'json' };
import type * as Commands from './commands.ts';
import type { CliError } from './errors.ts';

const collect = (value: string, before: string[] = []): string[] => [...before, value];
const increase = (_value: string, before = 0): number => before + 1;

function pids(value: string, before: number[] = []): number[] {
  const found = value
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  if (found.length === 0 || found.some((pid) => !Number.isInteger(pid) || pid < 1)) {
    throw new InvalidArgumentError('a process id is a positive integer; several are separated by commas');
  }
  return [...before, ...found];
}

function natural(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('a whole number from 0 up is needed');
  return number;
}

const EXAMPLES = `
Examples:
  utrace trace ls -l                         every call of ls and of what it starts
  utrace trace -e %file -o log -- make       only calls that take a path, into a file
  utrace trace -c -- sh -c 'ls | wc'         a table of calls, errors and time instead of the trace
  utrace trace -e openat --count %memory ls  two engines: a trace of openat, a count of memory calls
  utrace trace -p 1234                       a running process, all its threads; Ctrl-C lets it go

The text is strace's, so that what reads strace reads this. Children and threads are followed unless --no-follow is
given. -e takes strace's expressions: trace=openat,read  %network  /^epoll_  !futex  signal=SIGCHLD  status=failed
`;

const SHARE_HELP = `
In the session ptrace, wait4 and waitid are served by utrace, so strace, gdb, ltrace and their like work unmodified, and
several of them on one thread. All that the command starts belongs to the session, and whoever joins it.

Examples:
  utrace share                           a shell: gdb -p and strace -p of what runs in it may meet on one process
  utrace share -n dbg -- gdb ./prog      gdb here; meanwhile, elsewhere: utrace join dbg -- strace -f -p PID
  utrace share -w 'strace -f -o log -p {pid}' -- gdb ./prog              a trace of gdb itself
  utrace share -w 'strace -o log -p {pid}' -w 'gdb -p {pid}' -- ./prog   both on prog, from its first instruction on

{pid} in --with is the command's process id. The command waits at its first instruction until each such tracer, one
after the other, has attached, has ended, or 10 s have passed. They see a signal in that order: what one swallows, the
next does not see. A tracer that wants the terminal (gdb's prompt) gets it, and keeps it until it ends.

The exit status is the command's. The session lasts until the command, the tracers and all who joined have ended; its
processes do not outlive utrace.
`;

const JOIN_HELP = `
The command runs as if it had been started without utrace: on this terminal, in this directory, as a job of this shell,
with its own exit status. Only the user who started a session can join it. \`utrace ps\` lists the sessions.

Examples:
  utrace join build -- gdb -p 1234       a debugger for a process that strace traces in session build
  utrace join 4711 -- strace -p 1234     a session without a name: by the pid of its supervisor …
  utrace join 1234 -- strace -p 1234     … or of any process in it
`;

const SIM_HELP = `
The program is a generator that makes system calls: yield* sys.fork(function* child(sys) { … }), yield* sys.ptrace('SEIZE',
pid), yield* sys.wait4(pid), … (docs/simulation.md). The file may also export \`programs\`, for execve, and \`atEnd(box,
ending)\`, which says what is wrong with the end of a run, or null.

Examples:
  utrace sim run listen.mjs --log
  utrace sim explore listen.mjs --preemptions 2 --diagram wrong.mmd
`;

const PS_HELP = `
For each task: where it is held, its engines and the events they want; and each process that traces it by ptrace: how it
attached, its options, how it let the task go on last, the stop it sees, and whether it has waited for that.
`;

type LoadCommands = () => Promise<typeof Commands>;

/** The whole command line, also for the completion scripts. */
function program(commands: LoadCommands): Command {
  const root = new Command('utrace')
    .description('User-thread tracing: many engines on one thread.')
    .version(version)
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, 'utrace:')) })
    .enablePositionalOptions();

  root
    .command('trace')
    .description('run a command, or attach to processes, and print or count its system calls and signals')
    .argument('[command...]', 'the command and its arguments')
    .passThroughOptions()
    .option('-p, --pid <pid>', 'attach to a process: all its threads (repeatable, or separated by commas)', pids)
    .option('-f', 'follow children: the default, taken for strace’s sake')
    .option('--no-follow', 'do not follow children')
    .option('-e, --expr <expr>', 'which calls, signals and results: trace=…, signal=…, status=… (repeatable)', collect)
    .option('-o, --output <file>', 'write the trace to a file instead of standard error')
    .option('-A, --append', 'append to that file')
    .option('-c, --summary-only', 'only count calls, errors and time; no trace')
    .option('-C, --summary', 'count as well as trace')
    .option('--count <expr>', 'count as well, and count these calls')
    .option('-S, --sort <key>', 'order of the table: time, calls, errors, name, nothing')
    .option('-w, --wall', 'count wall-clock time instead of system time')
    .option('--json', 'the table as JSON')
    .option('-s, --strings <length>', 'how much of a string is shown (default 32)', natural)
    .option('-v, --verbose', 'structures in full')
    .option('-y, --fds', 'show what file descriptors refer to')
    .option('-t', 'time of day on each line; -tt with µs, -ttt as seconds since the epoch', increase)
    .option('-r, --relative', 'time since the line before')
    .option('-T, --durations', 'time spent in each call')
    .option('-n, --numbers', 'the number of each call')
    .option('-a, --column <column>', 'the column of results (default 40)', natural)
    .option('-q, --quiet', 'no lines about attaching; -qq: none about exits either', increase)
    .option('-z, --successful', 'only calls that succeeded')
    .option('-Z, --failed', 'only calls that failed')
    .option('-E, --env <change>', 'VAR=VAL sets, VAR removes a variable of the command (repeatable)', collect)
    .option('-u, --user <name>', 'run the command as this user')
    .option('--cwd <dir>', 'run the command in this directory')
    .addOption(
      new Option(
        '--seccomp <when>',
        'a filter so that calls nobody wants do not stop; it needs no_new_privs unless root',
      )
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (command: string[], options) => {
      const { trace } = await import('./trace.ts');
      const { summary, count, ...rest } = options;
      process.exitCode = await trace(command, { ...rest, ...(count ? { count } : summary ? { count: true } : {}) });
    });

  root
    .command('share')
    .description('run a command (default: your shell) in a session where several tracers can trace the same thread')
    .argument('[command...]', 'the command and its arguments')
    .passThroughOptions()
    .option('-w, --with <tracer>', 'start a tracer beside it, before its first instruction (repeatable)', collect)
    .option('-n, --name <name>', 'a name for the session, for join and ps; its number is the supervisor’s pid')
    .option('--log <file>', 'write each served call and each stop to a file')
    .option('--exclusive', 'one tracer per thread: a second one gets EPERM, as on Linux alone')
    .option(
      '--proc <who>',
      'who reads /proc as if we were not there: tracers (default), or all, whose opens are slower then',
    )
    .addHelpText('after', SHARE_HELP)
    .action(async (command: string[], options) => {
      const { share } = await commands();
      process.exitCode = await share(command, options);
    });

  root
    .command('join')
    .description('run a command (default: your shell) in a session that another terminal started')
    .argument('<session>', 'its name, the pid of its supervisor, or of a process in it')
    .argument('[command...]', 'the command and its arguments')
    .passThroughOptions()
    .addHelpText('after', JOIN_HELP)
    .action(async (session: string, command: string[]) => {
      const { join } = await commands();
      await join(session, command);
    });

  root
    .command('ps')
    .description('show what is being traced, by whom, and where each task is')
    .argument('[session...]', 'only these sessions (name or supervisor’s pid) and processes')
    .option('--json', 'as JSON')
    .option('--names', 'only the names (or numbers) of the sessions that can be joined')
    .addHelpText('after', PS_HELP)
    .action(async (only: string[], options: { json?: boolean; names?: boolean }) => {
      const { listNames, ps } = await commands();
      process.exitCode = options.names ? await listNames() : await ps(only, options.json ?? false);
    });

  const sim = root
    .command('sim')
    .description('run programs on a simulated Linux: once, in every interleaving, or by a schedule')
    .enablePositionalOptions()
    .addHelpText('after', SIM_HELP);
  const shows = (command: Command): Command =>
    command
      .argument('<file>', 'its default export is the program: function* main(sys) { … }')
      .option('--log', 'every state change, on standard error')
      .option('--dump', 'all tasks as they are at the end')
      .option('--diagram <file>', 'write the run as a Mermaid sequence diagram')
      .option('--exclusive', 'one tracer per thread, as on Linux alone')
      .option('--split-requests', 'ptrace requests are made in parts, and others run between them');
  shows(sim.command('run'))
    .description('run it once: each task as long as it can')
    .option('--random <seed>', 'any task at each step, by a seed', natural)
    .option('--round-robin', 'one step each, in turn')
    .action(async (file: string, options) => {
      const { simRun } = await commands();
      process.exitCode = await simRun(file, options);
    });
  shows(sim.command('explore'))
    .description('run it in every interleaving that matters, and show the shortest that is wrong')
    .option('--preemptions <n>', 'only interleavings with so many preemptions', natural)
    .option('--max-runs <n>', 'give up after so many runs', natural)
    .action(async (file: string, options) => {
      const { simExplore } = await commands();
      process.exitCode = await simExplore(file, options);
    });
  shows(sim.command('replay'))
    .description('run it by a schedule that explore gave')
    .argument('<schedule>', 'who runs, and for how many steps: 2x3,4,3x2')
    .action(async (file: string, schedule: string, options) => {
      const { simReplay } = await commands();
      process.exitCode = await simReplay(file, schedule, options);
    });

  root
    .command('completion')
    .description('print a completion script: eval "$(utrace completion bash)"')
    .argument('<shell>', 'bash or zsh')
    .action(async (shell: string) => {
      const { completion } = await commands();
      process.stdout.write(completion(program(commands), shell));
    });
  return root;
}

/** Errors that say what to do; others are ours, and show where they come from. */
const EXPECTED: ReadonlySet<string> = new Set(['CliError', 'HostError', 'ExpressionError', 'RangeError']);

/** `commands`: loads all but `trace`. */
export async function main(commands: LoadCommands): Promise<void> {
  try {
    await program(commands).parseAsync();
  } catch (error) {
    const { message, hint, name } = error as CliError;
    process.stderr.write(`utrace: ${message}\n${hint && !message.includes(hint) ? `        ${hint}\n` : ''}`);
    if (!EXPECTED.has(name)) {
      process.stderr.write(`${(error as Error).stack}\n`);
    }
    process.exitCode = 1;
  }
}
