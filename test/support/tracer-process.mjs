// A tracer in a process of its own: node tracer-process.mjs BUNDLE attach PID | hold PID | spawn FILE… | foreground FILE… | try PID
// Says what it did; with "attach" and "spawn" it then traces every call until it is killed.
const [, , bundle, what, ...args] = process.argv;
const { attach, spawn } = await import(bundle);
const everything = { syscallEntry: () => undefined, syscallExit: () => undefined, signal: () => undefined };
const some = { calls: ['getppid'], syscallEntry: () => undefined };
try {
  if (what === 'attach') {
    await attach(Number(args[0]), { tracers: [everything] });
    console.log('attached');
  } else if (what === 'hold') {
    const session = await attach(Number(args[0]), { tracers: [{ quiesce: () => 0 }] });
    const attachment = session.use({ quiesce: () => 0 });
    for (const task of session.tasks) attachment.control(task, 1);
    const wait = setInterval(() => {
      if (session.tasks.every((task) => 'value' in attachment.examine(task, () => 1))) {
        clearInterval(wait);
        console.log('attached');
      }
    }, 2);
  } else if (what === 'spawn') {
    const session = await spawn(args[0], args.slice(1), { tracers: [some], seccomp: true });
    console.log(`spawned ${session.pid}`);
  } else if (what === 'foreground') {
    const session = await spawn(args[0], args.slice(1), { newProcessGroup: true, foregroundTty: 0 });
    console.log(`ended ${(await session.exited).code}`);
  } else if (what === 'try') {
    await attach(Number(args[0]));
    console.log('attached');
    process.exit(0);
  }
} catch (error) {
  console.log(`${error.name} ${error.code}: ${error.message}`);
  process.exit(1);
}
