import { escapeHtml } from '../../../core/escape-markup.ts';

/** Markup that can be shown as it is. Made by `html`, which escapes every text put into it. */
export interface Html {
  readonly markup: string;
}

/** What can stand in a template; undefined leaves nothing. */
export type HtmlPart = Html | string | number | undefined | readonly (Html | undefined)[];

/** A template whose texts are escaped, in elements and in quoted attributes. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let markup = strings[0] ?? '';
  for (const [i, part] of parts.entries()) markup += render(part) + (strings[i + 1] ?? '');
  return { markup };
}

function render(part: HtmlPart): string {
  if (part === undefined) return '';
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map((each) => each?.markup ?? '').join('');
}
