import { renderDuration } from '../../core/duration.ts';
import { escapeHtml } from '../../core/escape-markup.ts';
import type { Json } from '../../core/json.ts';
import {
  type CellOutput,
  type FileCell,
  type MimeBundle,
  type NotebookFile,
  tagsOf,
} from './notebook-file.ts';
import { renderMarkdown } from './render-markdown.ts';

/**
 * A notebook as one HTML page that needs nothing else. HTML and SVG outputs are shown in frames in which no script runs, so that
 * what a cell displayed cannot act in the reader's browser; the page itself makes each frame as high as what it shows.
 */
export function renderNotebookHtml(notebook: NotebookFile, { title }: { readonly title: string }): string {
  let count = 0;
  const cells = notebook.cells.map((cell) => {
    const injected = tagsOf(cell).includes('injected-parameters');
    if (cell.cell_type === 'code' && !injected) count += 1;
    return renderCell(cell, injected ? 'parameters' : String(count));
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${cells.join('\n')}
</main>
<script>${fitFrames}</script>
</body>
</html>
`;
}

/** Frames of the same origin may be measured from outside; without `allow-scripts` nothing in them runs all the same. */
const fitFrames = `
for (const frame of document.querySelectorAll('iframe')) {
  const fit = () => {
    const root = frame.contentDocument.documentElement;
    frame.style.height = Math.ceil(root.getBoundingClientRect().height) + 'px';
  };
  const watch = () => {
    new ResizeObserver(fit).observe(frame.contentDocument.documentElement);
    fit();
  };
  frame.addEventListener('load', watch);
  watch();
}
`;

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --bad: #c0392b; }
body { font: 15px/1.55 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
pre { overflow-x: auto; padding: .6rem .8rem; margin: 0; font: 13px/1.45 ui-monospace, monospace; white-space: pre-wrap; }
section { margin: 1rem 0; }
section > header { color: #888; font-size: 12px; }
.source { background: var(--soft); border: 1px solid var(--line); border-radius: 4px; }
.stderr { border-left: 3px solid #e0a030; }
.error { border-left: 3px solid var(--bad); color: var(--bad); }
iframe { border: 0; width: 100%; height: 24rem; background: #fff; display: block; }
img { max-width: 100%; }
table { border-collapse: collapse; }
td, th { border: 1px solid var(--line); padding: .2rem .5rem; text-align: left; }
`;

function renderCell(cell: FileCell, label: string): string {
  if (cell.cell_type === 'markdown') return `<section>${renderMarkdown(cell.source)}</section>`;
  if (cell.cell_type === 'raw') return `<section><pre>${escapeHtml(cell.source)}</pre></section>`;
  const outputs = (cell.outputs ?? []).map(renderOutput).join('\n');
  const time = renderTime(cell);
  return `<section id="cell-${escapeHtml(cell.id)}">
<header>cell ${escapeHtml(label)}${time}</header>
<div class="source"><pre>${escapeHtml(cell.source)}</pre></div>
${outputs}
</section>`;
}

function renderTime({ metadata, execution_count: count }: FileCell): string {
  const execution = metadata.execution as Readonly<Record<string, Json>> | undefined;
  const [from, to] = ['iopub.execute_input', 'shell.execute_reply'].map((key) =>
    Date.parse(String(execution?.[key])),
  );
  if (count === null || count === undefined) return ' · not run';
  const milliseconds = (to ?? Number.NaN) - (from ?? Number.NaN);
  return Number.isNaN(milliseconds) ? '' : ` · ${renderDuration(milliseconds)}`;
}

function renderOutput(output: CellOutput): string {
  if (output.output_type === 'stream')
    return `<pre class="${output.name}">${escapeHtml(stripColors(output.text))}</pre>`;
  if (output.output_type === 'error')
    return `<pre class="error">${escapeHtml(stripColors(output.traceback.join('\n')))}</pre>`;
  return renderData(output.data);
}

const images: readonly string[] = ['image/png', 'image/jpeg', 'image/gif'];

function renderData(data: MimeBundle): string {
  const text = (type: string): string => String(data[type]);
  for (const type of images)
    if (data[type] !== undefined)
      return `<img alt="output" src="data:${type};base64,${escapeHtml(text(type).replace(/\s/g, ''))}">`;
  for (const type of ['text/html', 'image/svg+xml'])
    if (data[type] !== undefined)
      return `<iframe sandbox="allow-same-origin" srcdoc="${escapeHtml(text(type))}"></iframe>`;
  if (data['text/markdown'] !== undefined) return `<div>${renderMarkdown(text('text/markdown'))}</div>`;
  if (data['text/plain'] !== undefined) return `<pre>${escapeHtml(text('text/plain'))}</pre>`;
  const [type = '', value] = Object.entries(data)[0] ?? [];
  return `<pre>${escapeHtml(`${type}\n${typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)}`)}</pre>`;
}

/** Terminal colours mean nothing here. */
const stripColors = (text: string): string => text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '');
