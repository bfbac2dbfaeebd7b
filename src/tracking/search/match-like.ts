/**
 * SQL's LIKE: `%` stands for any text, `_` for one character, a backslash takes the next character as it is. Linear in text × pattern.
 */
export function matchLike(text: string, pattern: string, ignoreCase: boolean): boolean {
  const characters = [...(ignoreCase ? text.toLowerCase() : text)];
  const parts = parsePattern(ignoreCase ? pattern.toLowerCase() : pattern);
  let at = 0;
  let part = 0;
  let backPart = -1;
  let backAt = 0;
  while (at < characters.length) {
    const wanted = parts[part];
    if (wanted?.any) {
      backPart = ++part;
      backAt = at;
    } else if (wanted && (wanted.one || wanted.character === characters[at])) {
      at++;
      part++;
    } else if (backPart >= 0) {
      at = ++backAt;
      part = backPart;
    } else return false;
  }
  while (parts[part]?.any) part++;
  return part === parts.length;
}

interface PatternPart {
  readonly character?: string;
  readonly one?: boolean;
  readonly any?: boolean;
}

function parsePattern(pattern: string): readonly PatternPart[] {
  const parts: PatternPart[] = [];
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? '';
    if (character === '\\' && i + 1 < characters.length) parts.push({ character: characters[++i] ?? '' });
    else if (character === '%') parts.push({ any: true });
    else if (character === '_') parts.push({ one: true });
    else parts.push({ character });
  }
  return parts;
}
