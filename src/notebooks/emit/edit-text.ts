/** A stretch of text to replace; without length, something to put in. */
export interface TextEdit {
  readonly at: number;
  readonly length?: number;
  readonly text: string;
}

/** Applies edits that do not overlap; those for one place in the order given. */
export function editText(text: string, edits: readonly TextEdit[]): string {
  let out = '';
  let done = 0;
  for (const { at, length = 0, text: next } of [...edits].sort((a, b) => a.at - b.at)) {
    out += text.slice(done, at) + next;
    done = at + length;
  }
  return out + text.slice(done);
}
