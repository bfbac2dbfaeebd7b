import type { PackagedFunction } from '../../src/functions/function-spec.ts';
import { type Case, casePipeline } from './cases.ts';
import type { EventLog } from './event-log.ts';
import { Meaning } from './meaning.ts';
import { openEnds } from './open-ends.ts';

/** What every engine must do with a case. */
export function expectedLog(one: Case, packaged: PackagedFunction): EventLog {
  const { behaviour } = one;
  const plan = casePipeline(one, packaged).plan();
  const first = new Meaning(
    plan,
    behaviour.afterwards === 'cancel' ? behaviour : { ...behaviour, afterwards: undefined },
  );
  const log = first.log();
  if (behaviour.afterwards === 'resume')
    return new Meaning(casePipeline(one, packaged, { isMended: true }).plan(), behaviour, first).log();
  if (behaviour.afterwards === 'again') return new Meaning(plan, behaviour, first).log();
  return behaviour.onFailure === 'stop' ? openEnds(log, plan) : log;
}
