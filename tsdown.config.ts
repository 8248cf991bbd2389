import { execFileSync } from 'node:child_process';
import { defineConfig } from 'tsdown';

const common = {
  format: 'esm',
  platform: 'node',
  target: 'node20',
  dts: false, // `npm run build` makes the types with tsc
  sourcemap: true,
  outExtensions: () => ({ js: '.js' }),
} as const;

const command = {
  ...common,
  clean: false,
  minify: true, // half as much to read at each start; the source map is beside it
} as const;

/** A module that is a bundle of its own. */
const elsewhere = (module: string, bundle: string) => ({
  name: bundle,
  resolveId: (id: string) => (id === module ? { id: bundle, external: true } : null),
});

export default defineConfig([
  { ...common, entry: { index: 'src/session/index.ts', engines: 'src/engines/index.ts' }, clean: true },
  // Nothing of Node in it: it is for browsers, too.
  { ...common, platform: 'neutral', entry: { sim: 'src/box/index.ts' }, clean: false },
  // The command: what starts it; all that a trace needs, commander included, as a function that is kept compiled; and the rest.
  {
    ...command,
    entry: { cli: 'src/cli/start.ts' },
    plugins: [elsewhere('./commands.ts', './cli-commands.js')],
  },
  {
    ...command,
    format: 'cjs',
    entry: { 'cli-main': 'src/cli/main.ts' },
    outExtensions: () => ({ js: '.cjs' }),
    noExternal: ['commander'],
    inlineOnly: ['commander'],
    outputOptions: { codeSplitting: false },
    hooks: {
      'build:done': () => {
        execFileSync(process.execPath, ['scripts/compile-cli.mjs'], { stdio: 'ignore' });
      },
    },
  },
  {
    ...command,
    entry: { 'cli-commands': 'src/cli/commands.ts' },
    plugins: [elsewhere('./strip-types.ts', './cli-strip-types.js')],
    outputOptions: { codeSplitting: false },
  },
  {
    ...command,
    entry: { 'cli-strip-types': 'src/cli/strip-types.ts' },
    noExternal: ['sucrase'],
    inlineOnly: ['sucrase', 'lines-and-columns', 'ts-interface-checker', /^@jridgewell\//],
    outputOptions: { codeSplitting: false },
  },
]);
