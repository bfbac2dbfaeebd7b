import type { PlanStep } from '../../../src/pipelines/plan/plan.ts';
import { isCover } from '../cases.ts';
import { onTestCluster } from './cluster-request.ts';
import type { ConformanceEngine } from './conformance-engine.ts';
import { openProjectEngine } from './project-engine.ts';

/** Where the steps of one pipeline run, by turns. */
const turns: readonly PlanStep['options'][] = [
  { runtime: 'inline' },
  { runtime: 'process', isolation: 'pool' },
  { runtime: 'kubernetes' },
  { runtime: 'process' },
  { runtime: 'docker' },
];

/** Each step of a pipeline in another runtime than the one before it. */
export const mixedEngine: ConformanceEngine = {
  name: 'mixed',
  needs: ['docker', 'kubernetes'],
  runs: (one) => isCover(one, 6),
  parallelism: 3,
  open: () =>
    onTestCluster({}, (request) =>
      openProjectEngine({
        timeoutMs: 12000,
        request: { ...request, runtime: 'process' },
        options: (place) => turns[place % turns.length] ?? {},
      }),
    ),
};
