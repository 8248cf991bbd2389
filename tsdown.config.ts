import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: { index: 'src/session/index.ts', engines: 'src/engines/index.ts', cli: 'src/cli/main.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  dts: false, // `npm run build` makes the types with tsc
  clean: true,
  minify: false,
  sourcemap: true,
  // One file to load: the command starts faster.
  noExternal: ['commander'],
  outExtensions: () => ({ js: '.js' }),
});
