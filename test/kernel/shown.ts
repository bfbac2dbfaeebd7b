import type { CellOutcome } from './tslab-session.ts';

/** What stands below a cell in the end, as text: its rich outputs, each in its last state, in the order in which they came. */
export function displayed(outcome: CellOutcome, type = 'text/plain'): readonly string[] {
  const states = new Map<string, string>();
  for (const [i, { id = `without id ${i}`, data }] of outcome.displays.entries())
    states.set(id, String(data[type] ?? ''));
  return [...states.values()];
}

/** The cards of a cell's runs, each in its last state. What has no id of its own is never replaced, so it is no card of a run. */
export function cardsOf(outcome: CellOutcome, type = 'text/plain'): readonly string[] {
  return displayed({ ...outcome, displays: outcome.displays.filter(({ id }) => id !== undefined) }, type);
}

/** The text of a cell's one run card, in its last state. */
export function cardText(outcome: CellOutcome): string {
  return cardsOf(outcome)[0] ?? 'the cell shows no card';
}
