import type { ConformanceEngine } from './conformance-engine.ts';
import { openProjectEngine } from './project-engine.ts';

/** Steps in this process. */
export const inlineEngine: ConformanceEngine = {
  name: 'inline',
  needs: [],
  runs: () => true,
  parallelism: 4,
  open: () => openProjectEngine({ timeoutMs: 2000, request: { runtime: 'inline' } }),
};
