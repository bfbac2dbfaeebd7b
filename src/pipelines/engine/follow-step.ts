import type { Clock } from '../../core/clock.ts';
import type { PipelineEvent } from '../pipeline-event.ts';
import type { PlanStep } from '../plan/plan.ts';
import type { StartedStep } from '../run-plan.ts';

export interface FollowOptions {
  readonly clock: Clock;
  readonly logs: boolean;
  readonly emit: (event: PipelineEvent) => void;
}

/** Passes on what a running step tells before it ends: trials of a sweep, further attempts, output. */
export async function followStep(step: PlanStep, job: StartedStep, options: FollowOptions): Promise<void> {
  const tells = step.sweep !== undefined || (step.options.retry?.retries ?? 0) > 0;
  await Promise.all([
    tells ? followEvents(step.id, job, options) : undefined,
    options.logs ? followLogs(step.id, job, options) : undefined,
  ]);
}

async function followEvents(step: string, job: StartedStep, { clock, emit }: FollowOptions): Promise<void> {
  for await (const event of job.events?.() ?? []) {
    if (event.kind === 'trial')
      emit({ type: 'trial', time: clock.now(), step, iteration: event.iteration, state: event.state });
    if (event.kind === 'attempt')
      emit({ type: 'attempt', time: clock.now(), step, attempt: event.attempt, error: event.error });
  }
}

async function followLogs(step: string, job: StartedStep, { clock, emit }: FollowOptions): Promise<void> {
  for await (const chunk of job.logs?.() ?? []) emit({ type: 'log', time: clock.now(), step, chunk });
}
