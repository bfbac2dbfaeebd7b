import type { PlanStep } from '../../src/pipelines/plan/plan.ts';
import type { Trouble } from './handlers.ts';

/** What happens to a pipeline: what its victim does wrong, how it is run, and what is done to it from outside. */
export interface Behaviour {
  readonly name: string;
  /** What it shows, for the table in the docs. */
  readonly shows: string;
  /** What the victim does wrong. */
  readonly trouble?: Trouble;
  /** Options of the victim. */
  readonly victimOptions?: PlanStep['options'];
  /** Whether the victim has a timeout: that of the engine, which takes its time to start a step. */
  readonly isTimed?: boolean;
  /** Options of all steps. */
  readonly options?: PlanStep['options'];
  /** @default 'continue', which leaves no step's end to chance */
  readonly onFailure?: 'stop' | 'continue';
  /** Whether a last step tells how the pipeline ended. */
  readonly exit?: boolean;
  /**
   * `cancel`: aborted once the victim runs and all has ended that does not need it. `again`: run a second time. `resume`: resumed
   * when the victim has been mended. What is compared is the run that comes of it.
   */
  readonly afterwards?: 'cancel' | 'again' | 'resume' | undefined;
}

const fails: Trouble = { kind: 'throw' };
const hangs: Trouble = { kind: 'hang' };

export const behaviours: readonly Behaviour[] = [
  { name: 'success', shows: 'all goes well' },
  {
    name: 'fail',
    shows: 'a step fails, which stops the pipeline',
    trouble: fails,
    onFailure: 'stop',
  },
  { name: 'continue', shows: 'a step fails, what does not need it goes on', trouble: fails },
  {
    name: 'retry',
    shows: 'a step fails once and is tried again',
    trouble: { kind: 'throw', attempts: 1 },
    victimOptions: { retry: { retries: 2 } },
  },
  {
    name: 'retries-used-up',
    shows: 'a step fails as often as it may be tried',
    trouble: fails,
    victimOptions: { retry: { retries: 1 } },
  },
  { name: 'timeout', shows: 'a step takes too long', trouble: hangs, isTimed: true },
  { name: 'cancel', shows: 'the pipeline is cancelled', trouble: hangs, afterwards: 'cancel' },
  { name: 'resume', shows: 'a failed pipeline is resumed', trouble: fails, afterwards: 'resume' },
  {
    name: 'cache',
    shows: 'a second run is answered from the cache',
    options: { cache: { mode: 'on' } },
    afterwards: 'again',
  },
  { name: 'exit-after-success', shows: 'a last step after success', exit: true },
  { name: 'exit-after-failure', shows: 'a last step after a failure', exit: true, trouble: fails },
  {
    name: 'exit-after-cancel',
    shows: 'a last step after a cancel',
    exit: true,
    trouble: hangs,
    afterwards: 'cancel',
  },
];
