/** The last `count` lines of a text, with their line ends. */
export function lastLines(text: string, count: number): string {
  if (count <= 0) return '';
  let at = text.endsWith('\n') ? text.length - 1 : text.length;
  for (let lines = 0; lines < count && at >= 0; lines++) at = at === 0 ? -1 : text.lastIndexOf('\n', at - 1);
  return text.slice(at + 1);
}
