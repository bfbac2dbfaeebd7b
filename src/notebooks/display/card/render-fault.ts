import type { ErrorRecord, SourceLocation } from '../../../core/error.ts';
import { type Html, html } from '../html/html.ts';

/** Why a run failed: code, message, where in the user's source, and what to do. */
export function renderFault({ error }: { readonly error?: ErrorRecord }): Html | undefined {
  if (error === undefined) return undefined;
  const place = placeOf(error);
  return html`<div class="fault"><p><span class="code">${error.code}</span> ${error.message}</p>${place === '' ? undefined : html`<p class="dim">at ${place}</p>`}${renderSource(error)}${error.hint === undefined ? undefined : html`<p><span class="dim">hint:</span> ${error.hint}</p>`}</div>`;
}

/** `penguins.ipynb, cell 4, line 7` */
export function placeOf({ notebook, file, cell, line }: SourceLocation): string {
  return [
    notebook ?? file,
    cell === undefined ? undefined : `cell ${cell}`,
    line === undefined ? undefined : `line ${line}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

function renderSource({ sourceLine, line, column }: SourceLocation): Html | undefined {
  if (sourceLine === undefined || line === undefined) return undefined;
  const margin = `${line} | `;
  const mark = column === undefined ? '' : `\n${' '.repeat(margin.length + Math.max(0, column - 1))}^`;
  return html`<pre>${margin}${sourceLine.replaceAll('\t', ' ')}${mark}</pre>`;
}
