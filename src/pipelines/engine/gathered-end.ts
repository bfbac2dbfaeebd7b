import type { RunState } from '../../tracking/run.ts';
import type { Place } from './place.ts';

/** Items named in a reason at most. */
const named = 5;

/** How a mapped step ended as a whole, from how it did for each item. */
export function gatheredEnd(children: readonly Place[]): {
  readonly state: RunState;
  readonly reason: string;
  readonly failed: boolean;
} {
  const bad = children.filter(({ state }) => state === 'error' || state === 'lost');
  if (bad.length > 0) {
    const shown = bad.slice(0, named).map(({ id }) => id);
    const more = bad.length > named ? ', …' : '';
    const reason = `${bad.length} of ${count(children.length)} failed: ${shown.join(', ')}${more}`;
    return { state: 'error', reason, failed: true };
  }
  const aborted = children.filter(({ state }) => state === 'aborted').length;
  if (aborted > 0)
    return { state: 'aborted', reason: `${aborted} of ${count(children.length)} aborted`, failed: true };
  const missing = children.find(({ state, failed }) => state === 'skipped' && failed);
  if (missing !== undefined) return { state: 'skipped', reason: missing.reason ?? '', failed: true };
  const ran = children.filter(({ state }) => state === 'completed').length;
  const reason = ran === children.length ? count(ran) : `${ran} of ${count(children.length)}`;
  return { state: 'completed', reason, failed: false };
}

const count = (items: number): string => (items === 1 ? '1 item' : `${items} items`);
