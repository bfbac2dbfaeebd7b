import { validateArguments } from '../functions/validate-arguments.ts';
import type { RunningJob } from '../runtime/runtime.ts';
import { finishSweep } from './finish-sweep.ts';
import { planTrials, type TrialParams } from './plan-trials.ts';
import { checkSelector } from './selector-watch.ts';
import { parseStopExpression } from './stop-expression.ts';
import type { SweepOptions } from './sweep-options.ts';
import { TrialLoop } from './trial-loop.ts';

/**
 * Starts a sweep. Everything that can be wrong with it (selector, stop expression, hyper-parameters, any trial's params) is
 * thrown before anything starts. Trials are runs of their own below the sweep's run, whose record carries the best one's results
 * and artifacts.
 */
export async function runSweep(options: SweepOptions): Promise<RunningJob> {
  const { spec, base } = options;
  if (spec.selector !== undefined) checkSelector(spec.selector, base.handler);
  const isEnough = spec.stop === undefined ? undefined : parseStopExpression(spec.stop);
  const trials = planTrials(spec);
  if (spec.strategy === 'custom') return runCustomSweep(options);
  for (const trial of trials) checkTrial(options, trial);
  return new TrialLoop({ ...options, trials, isEnough, base: { ...base, runKind: 'sweep' } }).start();
}

function checkTrial({ base }: SweepOptions, trial: TrialParams): void {
  validateArguments(base.handler, { params: { ...base.params, ...trial }, inputs: base.inputs });
}

/** The handler is the search: it runs once, opens trials with `ctx.child`, and the best is selected when it has returned. */
function runCustomSweep(options: SweepOptions): Promise<RunningJob> {
  const { spec, base, runtime, store, secrets, live, signal, onTrial } = options;
  const { name, project } = base;
  return runtime.submit(
    { ...base, runKind: 'sweep', lastWord: 'submitter' },
    {
      store,
      ...(secrets ? { secrets } : {}),
      ...(live ? { live } : {}),
      ...(signal ? { signal } : {}),
      async beforeLastWord(writer, report) {
        const { iterations: trials = [], bestIteration: markedBest } = writer.record();
        for (const trial of trials) onTrial?.(trial);
        const error = await finishSweep(store, writer, { name, project, spec, trials, markedBest });
        return report.error ?? error;
      },
    },
  );
}
