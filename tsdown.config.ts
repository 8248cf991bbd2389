import { defineConfig } from 'tsdown';

const common = {
  format: 'esm',
  platform: 'node',
  target: 'node20',
  dts: false, // `npm run build` makes the types with tsc
  sourcemap: true,
  outExtensions: () => ({ js: '.js' }),
} as const;

export default defineConfig([
  { ...common, entry: { index: 'src/session/index.ts', engines: 'src/engines/index.ts' }, clean: true },
  // Nothing of Node in it: it is for browsers, too.
  { ...common, platform: 'neutral', entry: { sim: 'src/box/index.ts' }, clean: false },
  {
    ...common,
    minify: true, // half as much to read at each start; the source map is beside it
    // The command is one file, commander included: each further file costs a millisecond at every start.
    entry: { cli: 'src/cli/main.ts' },
    clean: false,
    noExternal: ['commander'],
    inlineOnly: ['commander'],
    outputOptions: { codeSplitting: false },
  },
]);
