import type { ErrorRecord } from '../core/error.ts';
import type { Json } from '../core/json.ts';
import type { ProcessIdentity, RunEnvironment } from './journal-event.ts';
import type {
  ArtifactRecord,
  ClusterPlace,
  FunctionReference,
  InputRecord,
  RunKind,
  RunState,
  StepRecord,
} from './run.ts';

/** What a fold knows about a run so far: plain JSON, so that a reader can put it by and go on later. */
export interface RunDraft {
  seq: number;
  uid: string;
  name: string;
  project: string;
  kind: RunKind;
  state: RunState;
  params: Record<string, Json>;
  inputs: Record<string, InputRecord>;
  labels: Record<string, string>;
  results: Record<string, Json>;
  metrics: Record<string, number | string>;
  /** Highest step seen of each series that has steps. */
  metricSteps: Record<string, number>;
  artifacts: ArtifactRecord[];
  steps: StepRecord[];
  trials: { iteration: number; uid: string; state: RunState }[];
  /** Milliseconds since 1970. */
  createdAt: number;
  lastEventAt: number;
  startedAt?: number | undefined;
  endedAt?: number | undefined;
  error?: ErrorRecord | undefined;
  exitCode?: number | undefined;
  reason?: string | undefined;
  function?: FunctionReference | undefined;
  runtime?: string | undefined;
  cluster?: ClusterPlace | undefined;
  parent?: string | undefined;
  iteration?: number | undefined;
  step?: string | undefined;
  attempt?: number | undefined;
  seed?: number | undefined;
  environment?: RunEnvironment | undefined;
  commitMessage?: string | undefined;
  bestIteration?: number | undefined;
  usage?: { cpu: number; rss: number; peakRss: number } | undefined;
  owner?: ProcessIdentity | undefined;
}

export function createDraft(): RunDraft {
  return {
    seq: 0,
    uid: '',
    name: '',
    project: '',
    kind: 'run',
    state: 'created',
    params: {},
    inputs: {},
    labels: {},
    results: {},
    metrics: {},
    metricSteps: {},
    artifacts: [],
    steps: [],
    trials: [],
    createdAt: 0,
    lastEventAt: 0,
  };
}
