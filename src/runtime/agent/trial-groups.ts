/** How the trials of a sweep are shared out among the pods of its Job: each takes a group of them, one after another. */
export interface TrialGroups {
  readonly trials: number;
  /** Pods at once. */
  readonly parallelism: number;
  /** Trials of a pod at most. */
  readonly size: number;
}

/**
 * Trials of a pod at most, however many there are: what a pod that dies takes along is little, and pods that come to their ends early
 * take what is left.
 */
const largest = 8;

export interface PlanGroups {
  readonly trials: number;
  readonly parallelism: number;
  /** Each trial gets a pod of its own. */
  readonly isolated: boolean;
}

export function planGroups({ trials, parallelism, isolated }: PlanGroups): TrialGroups {
  const pods = Math.max(1, Math.min(parallelism, trials));
  return { trials, parallelism: pods, size: isolated ? 1 : Math.min(largest, Math.ceil(trials / pods)) };
}

/** How many groups there are: indexes of the Job. */
export function countGroups({ trials, parallelism, size }: TrialGroups): number {
  const whole = Math.floor(trials / (parallelism * size));
  return whole * parallelism + Math.min(parallelism, trials - whole * parallelism * size);
}

/**
 * The trials of a group, counted from 0, in the order in which it runs them. Groups that run at once take turns, so that trials begin
 * about in the order of their numbers, as they do where one at a time is handed to whoever is free.
 */
export function trialsOfGroup({ trials, parallelism, size }: TrialGroups, group: number): readonly number[] {
  const wave = Math.floor(group / parallelism);
  const first = wave * parallelism * size;
  const end = Math.min(trials, first + parallelism * size);
  const own: number[] = [];
  for (let trial = first + (group % parallelism); trial < end; trial += parallelism) own.push(trial);
  return own;
}
