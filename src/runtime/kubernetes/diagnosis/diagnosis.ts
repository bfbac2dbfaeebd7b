import type { ErrorRecord } from '../../../core/error.ts';

/** Stable names of the ways in which a run does not make progress on a cluster. */
export type Trouble =
  | 'image-name-invalid'
  | 'image-not-found'
  | 'image-unauthorized'
  | 'image-not-local'
  | 'image-pull'
  | 'secret-missing'
  | 'config-map-missing'
  | 'key-missing'
  | 'container-config'
  | 'container-start'
  | 'unschedulable-resources'
  | 'unschedulable-selector'
  | 'unschedulable-taint'
  | 'unschedulable-volume'
  | 'unschedulable'
  | 'volume'
  | 'sandbox'
  | 'quota'
  | 'pod-security'
  | 'webhook'
  | 'service-account-missing'
  | 'priority-class-missing'
  | 'refused'
  | 'suspended'
  | 'out-of-memory'
  | 'evicted'
  | 'preempted'
  | 'node-lost'
  | 'disrupted'
  | 'deadline'
  | 'killed'
  | 'exited';

/**
 * Why a run does not run, or how its pod ended. `fail`: no waiting will help. `wait`: it may pass by itself until `until`. `retry`:
 * the cluster took the pod away; another attempt is not the run's fault and not counted.
 */
export interface Diagnosis {
  readonly trouble: Trouble;
  readonly verdict: 'fail' | 'wait' | 'retry';
  /** Milliseconds since 1970 at which waiting ends, for `wait`; without end where it is somebody's decision. */
  readonly until?: number;
  /** Names cause and object, and says what to do. */
  readonly error: ErrorRecord;
  readonly exitCode?: number;
}

/** How long trouble that may pass is waited for, and what time it is. */
export interface Patience {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly pendingSeconds: number;
  readonly imagePullSeconds: number;
}

/** A diagnosis that waits from `since` on for `seconds`, and fails after. */
export function waitOrFail(
  found: Pick<Diagnosis, 'trouble' | 'error'>,
  { since, seconds, now }: { readonly since: number; readonly seconds: number; readonly now: number },
): Diagnosis {
  const until = since + seconds * 1000;
  return now >= until ? { ...found, verdict: 'fail' } : { ...found, verdict: 'wait', until };
}
