import { stripVTControlCharacters } from 'node:util';
import { renderCount, renderPlural } from '../html/format.ts';
import { type Html, html } from '../html/html.ts';
import type { LogLine, LogView } from '../run/log-tail.ts';
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

/** Lines of output: warnings and errors, and what else came on stderr, in the colour of what they are. */
export function renderLines({ lines }: LogView): Html {
  const parts: { readonly tone: Tone; text: string }[] = [];
  for (const [i, line] of lines.entries()) {
    const text = (i === 0 ? '' : '\n') + stripVTControlCharacters(line.text);
    const tone = toneOf(line);
    const last = parts.at(-1);
    if (last?.tone === tone) last.text += text;
    else parts.push({ tone, text });
  }
  const pieces = parts.map(({ tone, text }) =>
    tone === 'plain' ? html`${text}` : html`<i class="${tone}">${text}</i>`,
  );
  return html`<div class="log"><pre>${pieces}</pre></div>`;
}

type Tone = 'plain' | 'warn' | 'bad';

/** All of `ctx.logger` goes to stderr, which does not make it an error. */
function toneOf({ stream, text }: LogLine): Tone {
  if (stream === 'stdout') return 'plain';
  switch (/^\d{4}-\d\d-\d\dT\S+ (debug|info|warn|error)\b/.exec(text)?.[1]) {
    case 'debug':
    case 'info':
      return 'plain';
    case 'warn':
      return 'warn';
    default:
      return 'bad';
  }
}
