import type { Plan } from '../../src/pipelines/plan/plan.ts';
import { dependenciesOf } from '../../src/pipelines/plan/plan-graph.ts';
import type { EventLog, StepLog } from './event-log.ts';

/**
 * The log of a failure that stops the pipeline: what neither leads to the failed step nor needs it may have ended, been stopped
 * or never begun.
 */
export function openEnds(log: EventLog, plan: Plan): EventLog {
  const failed = log.failed[0] ?? '';
  const [victim = '', suffix = ''] = splitId(failed);
  const before = leadingTo(plan, victim);
  const isSettled = ({ id, state, because, attempts }: StepLog): boolean => {
    const [step, own] = splitId(id);
    if (state === 'error') return true;
    if (state === 'skipped' && because === 'failure')
      return !log.steps.some((one) => one.id.startsWith(`${id}[`));
    return before.has(step) && attempts > 0 && suffix.startsWith(own);
  };
  const open = (id: string): StepLog => ({
    id,
    state: 'any',
    because: '',
    attempts: 0,
    results: {},
    after: [],
  });
  return { ...log, outputs: {}, steps: log.steps.map((step) => (isSettled(step) ? step : open(step.id))) };
}

/** The same about what an engine did: what the expected log leaves open is open in it, too. */
export function maskOpenEnds(log: EventLog, expected: EventLog): EventLog {
  const open = new Map(expected.steps.filter(({ state }) => state === 'any').map((step) => [step.id, step]));
  if (open.size === 0) return log;
  const ended = ['completed', 'error', 'aborted', 'skipped'];
  const masked = (step: StepLog): StepLog =>
    ended.includes(step.state) ? (open.get(step.id) ?? step) : step;
  const missing = [...open.values()].filter(
    ({ id }) => isItem(id) && !log.steps.some((one) => one.id === id),
  );
  const steps = [...log.steps.map(masked), ...missing].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { ...log, outputs: {}, steps };
}

/** An item of a map that never began need not be in the record: how many there are may not be known. */
const isItem = (id: string): boolean => id.endsWith(']');

const splitId = (id: string): readonly [string, string] => {
  const at = id.indexOf('[');
  return at === -1 ? [id, ''] : [id.slice(0, at), id.slice(at)];
};

function leadingTo(plan: Plan, victim: string): ReadonlySet<string> {
  const { steps, maps } = plan.spec;
  const found = new Set<string>();
  const visit = (id: string): void => {
    const step = steps.find((one) => one.id === id);
    for (const before of step === undefined ? [] : dependenciesOf(step, maps)) {
      if (found.has(before)) continue;
      found.add(before);
      visit(before);
    }
  };
  visit(victim);
  return found;
}
