import type { CellOutcome } from './tslab-session.ts';

/** What stands below a cell in the end, as text: its rich outputs, each in its last state, in the order in which they came. */
export function displayed(outcome: CellOutcome, type = 'text/plain'): readonly string[] {
  const states = new Map<string, string>();
  for (const [i, { id = `without id ${i}`, data }] of outcome.displays.entries())
    states.set(id, String(data[type] ?? ''));
  return [...states.values()];
}

/** The text of a cell's one run card, in its last state. */
export function cardText(outcome: CellOutcome): string {
  return displayed(outcome)[0] ?? 'the cell shows no card';
}
