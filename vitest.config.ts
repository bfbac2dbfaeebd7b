import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/setup/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'src/hub/catalog/*/*.test.ts'],
    globalSetup: ['test/setup/build.ts', 'test/setup/cluster.ts'],
    testTimeout: 120_000,
    // a hook may wait until another worker has started the cluster, and then build and push an image of its own
    hookTimeout: 600_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    allowOnly: false,
    // hours of real clusters, containers and browsers on two cores: what fails once and not again is told by name, and refuses nothing
    retry: process.env.CI === 'true' ? 1 : 0,
  },
});
