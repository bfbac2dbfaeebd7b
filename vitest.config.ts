import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/setup/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'src/hub/catalog/*/*.test.ts'],
    globalSetup: ['test/setup/build.ts', 'test/setup/cluster.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    allowOnly: false,
    // hours of real clusters, containers and browsers on two cores: what fails once and not again is told by name, and refuses nothing
    retry: process.env.CI === 'true' ? 1 : 0,
  },
});
