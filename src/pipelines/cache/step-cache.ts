import type { StepOutputs } from '../engine/step-values.ts';
import type { StepRun } from '../run-plan.ts';

/** Where a step's outputs are looked up before it runs, and kept afterwards. Engines ask it; what it holds is shared between them. */
export interface StepCache {
  /**
   * Decides whether a step has to run; may wait for an equal step that is under way elsewhere. A step whose policy is off always
   * runs, without a word about it.
   */
  decide(run: StepRun, signal: AbortSignal): Promise<CacheDecision>;
}

/** Whether a step runs, and why: `cached: same code, params, inputs; from run 01m…`, `ran: params.depth changed 4 → 5`. */
export type CacheDecision =
  | { readonly type: 'hit'; readonly outputs: StepOutputs; readonly reason: string }
  | {
      readonly type: 'run';
      readonly reason?: string;
      /** Labels to give the step's run, by which it is found later. */
      readonly labels?: Readonly<Record<string, string>>;
      /** Must be called when the step has ended, however; lets those go on who wait for it. */
      settle(): Promise<void>;
    };
