import type { ConformanceEngine } from './conformance-engine.ts';
import { openProjectEngine } from './project-engine.ts';

/** Steps in warm processes that they share. */
export const poolEngine: ConformanceEngine = {
  name: 'pool',
  needs: [],
  runs: () => true,
  parallelism: 3,
  open: () =>
    openProjectEngine({ timeoutMs: 4000, request: { runtime: 'process' }, options: { isolation: 'pool' } }),
};
