import { argoEngine } from './argo.ts';
import type { ConformanceEngine } from './conformance-engine.ts';
import { dockerEngine } from './docker.ts';
import { inlineEngine } from './inline.ts';
import { kubernetesEngine } from './kubernetes.ts';
import { mixedEngine } from './mixed.ts';
import { poolEngine } from './pool.ts';
import { processEngine } from './process.ts';

/** What the suite is run on, each in a test file of its own. */
export const engines: readonly ConformanceEngine[] = [
  inlineEngine,
  poolEngine,
  processEngine,
  dockerEngine,
  kubernetesEngine,
  mixedEngine,
  argoEngine,
];
