import { escapeHtml } from '../../core/escape-markup.ts';

/**
 * HTML of the Markdown that notebooks commonly have: headings, paragraphs, lists, quotes, code, tables, links, emphasis. Markup
 * inside is shown as text: an executed notebook may hold anybody's words.
 */
export function renderMarkdown(text: string): string {
  const parts: string[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; ) {
    const { html, next } = block(lines, at);
    if (html !== '') parts.push(html);
    at = next;
  }
  return parts.join('\n');
}

interface Block {
  readonly html: string;
  readonly next: number;
}

function block(lines: readonly string[], at: number): Block {
  const line = lines[at] ?? '';
  if (line.trim() === '') return { html: '', next: at + 1 };
  const fence = /^\s*(```+|~~~+)/.exec(line)?.[1];
  if (fence !== undefined) return fenced(lines, at, fence);
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading) {
    const level = heading[1]?.length ?? 1;
    return { html: `<h${level}>${inline(heading[2] ?? '')}</h${level}>`, next: at + 1 };
  }
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return { html: '<hr>', next: at + 1 };
  if (isTable(lines, at)) return table(lines, at);
  for (const { pattern, open, close, item } of grouped)
    if (pattern.test(line)) {
      const taken = takeWhile(lines, at, (each) => pattern.test(each));
      const html = taken.map((each) => item(inline(each.replace(pattern, '')))).join('\n');
      return { html: `${open}\n${html}\n${close}`, next: at + taken.length };
    }
  const taken = takeWhile(lines, at, (each, index) => index === at || !startsBlock(each));
  return { html: `<p>${inline(taken.join('\n'))}</p>`, next: at + taken.length };
}

const listItem = (html: string): string => `<li>${html}</li>`;
const grouped = [
  { pattern: /^\s*[-*+]\s+/, open: '<ul>', close: '</ul>', item: listItem },
  { pattern: /^\s*\d+[.)]\s+/, open: '<ol>', close: '</ol>', item: listItem },
  {
    pattern: /^\s*>\s?/,
    open: '<blockquote>',
    close: '</blockquote>',
    item: (html: string) => `<p>${html}</p>`,
  },
] as const;

const startsBlock = (line: string): boolean =>
  line.trim() === '' ||
  /^(#{1,6}\s|\s*(```|~~~))/.test(line) ||
  grouped.some(({ pattern }) => pattern.test(line));

function takeWhile(
  lines: readonly string[],
  from: number,
  holds: (line: string, index: number) => boolean,
): readonly string[] {
  let end = from;
  while (end < lines.length && holds(lines[end] ?? '', end)) end += 1;
  return lines.slice(from, end);
}

function fenced(lines: readonly string[], at: number, fence: string): Block {
  const body = takeWhile(lines, at + 1, (line) => !line.trim().startsWith(fence));
  return { html: `<pre><code>${escapeHtml(body.join('\n'))}</code></pre>`, next: at + body.length + 2 };
}

const isTable = (lines: readonly string[], at: number): boolean =>
  /\|/.test(lines[at] ?? '') && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[at + 1] ?? '');

function table(lines: readonly string[], at: number): Block {
  const rows = takeWhile(lines, at, (line) => line.includes('|'));
  const cells = (row: string, tag: string): string =>
    row
      .trim()
      .replace(/^\||\|$/g, '')
      .split('|')
      .map((cell) => `<${tag}>${inline(cell.trim())}</${tag}>`)
      .join('');
  const [head = '', , ...body] = rows;
  const html = body.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n');
  return { html: `<table>\n<tr>${cells(head, 'th')}</tr>\n${html}\n</table>`, next: at + rows.length };
}

function inline(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) =>
      /^`[^`]+`$/.test(part) ? `<code>${escapeHtml(part.slice(1, -1))}</code>` : emphasised(escapeHtml(part)),
    )
    .join('');
}

/** Links lead to the web or within the page, nowhere else. */
const emphasised = (html: string): string =>
  html
    .replace(/\[([^\]]+)\]\(((?:https?:\/\/|#)[^\s)]*)\)/g, '<a href="$2">$1</a>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/(^|[^\w*])[*_]([^*_\s][^*_]*)[*_](?![\w*])/g, '$1<em>$2</em>');
