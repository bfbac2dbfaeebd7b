const voidTags = new Set(['img', 'br', 'hr', 'circle', 'rect', 'path', 'polyline']);

/** Tags of a piece of HTML that are not closed, or closed in the wrong order; empty for one that is well-formed. */
export function unbalanced(markup: string): readonly string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const body = markup.replace(/<style>[\s\S]*?<\/style>/g, '');
  for (const [, close, name = '', rest = ''] of body.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^>"])*)>/g,
  )) {
    if (voidTags.has(name) || rest.endsWith('/')) continue;
    if (close === '') open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}

/** The text that a reader sees, tags and style sheet apart, a space between elements. */
export function visibleText(markup: string): string {
  return markup
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
}
