import { stripVTControlCharacters } from 'node:util';
import { terminalStates } from '../../../tracking/run.ts';
import { renderCount, renderPlural } from '../html/format.ts';
import type { LogView } from '../run/log-tail.ts';
import type { RunView } from '../run/run-view.ts';
import { progressOf } from './run-progress.ts';

const shownLines = 20;

/** The same as the card, for front ends that show no HTML, for diffs, and for people who read the file. */
export function renderCardText(view: RunView, summary: string): string {
  const progress = terminalStates.has(view.record.state) ? undefined : progressOf(view);
  const lines = [
    summary,
    ...(progress === undefined
      ? []
      : [
          `  progress   ${renderCount(progress.done)}${progress.total === undefined ? '' : ` of ${renderCount(progress.total)}`} ${progress.noun}s`,
        ]),
    ...outputLines(view.log, view.record.uid),
    ...[...view.steps].flatMap(([id, { log }]) =>
      log.count === 0 ? [] : [`  output of ${id} (${renderPlural(log.count, 'line')})`],
    ),
  ];
  return lines.join('\n');
}

function outputLines({ lines, count }: LogView, uid: string): readonly string[] {
  if (count === 0) return [];
  const shown = lines.slice(-shownLines);
  const title =
    shown.length === count
      ? '  output'
      : `  output, last ${shown.length} of ${renderCount(count)} lines (slipway logs ${uid})`;
  return [title, ...shown.map(({ text }) => `    ${stripVTControlCharacters(text)}`)];
}
