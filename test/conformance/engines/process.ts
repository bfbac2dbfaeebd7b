import type { ConformanceEngine } from './conformance-engine.ts';
import { openProjectEngine } from './project-engine.ts';

/** Steps in a fresh process each. */
export const processEngine: ConformanceEngine = {
  name: 'process',
  needs: [],
  runs: () => true,
  parallelism: 3,
  open: () => openProjectEngine({ timeoutMs: 8000, request: { runtime: 'process' } }),
};
