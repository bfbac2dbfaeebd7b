import { isSample } from '../cases.ts';
import type { ConformanceEngine } from './conformance-engine.ts';
import { openProjectEngine } from './project-engine.ts';

/** Steps in a container each, of an image built of their function. */
export const dockerEngine: ConformanceEngine = {
  name: 'docker',
  needs: ['docker'],
  runs: (one) => isSample(one, 5),
  parallelism: 4,
  open: () => openProjectEngine({ timeoutMs: 10000, request: { runtime: 'docker' } }),
};
