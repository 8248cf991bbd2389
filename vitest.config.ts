import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { 'utrace/sim': new URL('src/box/index.ts', import.meta.url).pathname } },
  test: {
    include: ['test/**/*.test.ts', 'src/**/*.test.ts'],
    // utrace runs on the main thread of a process: forks, not worker threads. Live tracing on two cores: one file at a time.
    pool: 'forks',
    fileParallelism: false,
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
  },
});
