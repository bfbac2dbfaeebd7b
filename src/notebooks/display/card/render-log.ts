import { stripVTControlCharacters } from 'node:util';
import { renderCount, renderPlural } from '../html/format.ts';
import { type Html, html } from '../html/html.ts';
import type { LogView } from '../run/log-tail.ts';
import type { RunView } from '../run/run-view.ts';

/** The end of a run's output, scrolled to the end; it can be folded away. */
export function renderLog({ log, record, logFile }: RunView): Html | undefined {
  if (log.count === 0) return undefined;
  const isWhole = log.lines.length === log.count;
  const count = isWhole
    ? renderPlural(log.count, 'line')
    : `last ${log.lines.length} of ${renderCount(log.count)} lines`;
  const where = isWhole
    ? undefined
    : html` · all of them: <code>slipway logs ${record.uid}</code>${logFile === undefined ? undefined : html` or <code>${logFile}</code>`}`;
  return html`<details class="part" open><summary>Output <span>${count}${where}</span></summary>${renderLines(log)}</details>`;
}

/** Lines of output; those of stderr in the colour of errors. */
export function renderLines({ lines }: LogView): Html {
  const texts: { stream: string; text: string }[] = [];
  for (const { stream, text } of lines) {
    const shown = stripVTControlCharacters(text);
    const last = texts.at(-1);
    if (last?.stream === stream) last.text += `\n${shown}`;
    else texts.push({ stream, text: shown });
  }
  const parts = texts.map(({ stream, text }, i) => {
    const line = i === 0 ? text : `\n${text}`;
    return stream === 'stderr' ? html`<i>${line}</i>` : html`${line}`;
  });
  return html`<div class="log"><pre>${parts}</pre></div>`;
}
