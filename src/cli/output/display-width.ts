import { stripVTControlCharacters } from 'node:util';

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
let segmenter: Intl.Segmenter | undefined;

/** Columns that a text takes on a terminal; colour codes take none, CJK and emoji two. */
export function displayWidth(text: string): number {
  const plain = stripVTControlCharacters(text);
  // most texts are ASCII, and segmenting is slow
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const { segment } of graphemes(plain)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** Cuts a plain text to a width, ending in `…` where something was cut. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let out = '';
  let used = 0;
  for (const { segment } of graphemes(text)) {
    const step = displayWidth(segment);
    if (used + step > width - 1) break;
    out += segment;
    used += step;
  }
  return `${out}…`;
}

/** Text of users on one line and without control characters, so that it can neither break a table nor drive the terminal. */
export function singleLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .trim();
}

/** What a reader sees as one character each. The segmenter takes longer to make than most commands take to print. */
function graphemes(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}
