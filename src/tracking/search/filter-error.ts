import type { SlipwayError } from '../../core/error.ts';
import { invalidFilter } from '../errors.ts';

const grammarHint =
  "write it like: metrics.accuracy > 0.9 and params.depth in (4, 8) and labels.team = 'a' order by metrics.accuracy desc";

/** An `INVALID_FILTER` that shows the filter and points at the place. */
export function filterError(
  text: string,
  position: number,
  problem: string,
  hint: string = grammarHint,
): SlipwayError {
  const shown = text.replace(/\s/g, ' ');
  const from = Math.max(0, position - 60);
  const piece = shown.slice(from, position + 60);
  return invalidFilter(
    `filter cannot be read at character ${position + 1}: ${problem}\n  ${piece}\n  ${' '.repeat(position - from)}^`,
    { hint, details: { filter: text, position } },
  );
}
