import type { Json } from '../core/json.ts';

/** Replaces secret values by `***`. */
export interface Redactor {
  /** Whether there is anything to hide. */
  readonly active: boolean;
  text(text: string): string;
  /** Every string in a value, keys included, and numbers that are a secret. */
  json<Value extends Json>(value: Value): Value;
  /** For output that comes in pieces: a secret may be cut anywhere. */
  stream(): StreamRedactor;
}

export interface StreamRedactor {
  /** What can be shown by now; the start of what may be a secret is held back. */
  push(text: string): string;
  /** What was held back. */
  end(): string;
}

const mask = '***';
const shortestLine = 8;

/**
 * Hides the given secrets in all the forms they commonly appear in: as they are, each longer line of a multi-line one,
 * escaped as in JSON, percent-encoded, and in base64.
 */
export function createRedactor(secrets: Readonly<Record<string, string>> = {}): Redactor {
  const forms = [...new Set(Object.values(secrets).flatMap(formsOf))]
    .filter((form) => form.length > 0)
    .sort((a, b) => b.length - a.length);
  if (forms.length === 0) return inactive;
  const pattern = new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g');
  const text = (from: string): string => from.replace(pattern, mask);
  return {
    active: true,
    text,
    json: (value) => redactJson(value, text) as typeof value,
    stream: () => createStream(forms, pattern),
  };
}

const inactive: Redactor = {
  active: false,
  text: (text) => text,
  json: (value) => value,
  stream: () => ({ push: (text) => text, end: () => '' }),
};

function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const plain = [
    secret,
    secret.trim(),
    ...(lines.length > 1 ? lines.filter((line) => line.length >= shortestLine) : []),
  ];
  const encoded = [
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ];
  // a lone surrogate cannot be percent-encoded
  return [...plain, ...encoded, encodeURIComponent(secret.replace(/[\ud800-\udfff]/g, ''))];
}

function redactJson(value: Json, text: (from: string) => string): Json {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return text(String(value)) === mask ? mask : value;
  if (Array.isArray(value)) return value.map((item: Json) => redactJson(item, text));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), redactJson(item, text)]));
}

function createStream(forms: readonly string[], pattern: RegExp): StreamRedactor {
  const matcher = new RegExp(pattern.source, 'g');
  let held = '';
  return {
    push(text) {
      const all = held + text;
      let shown = '';
      let from = 0;
      for (;;) {
        const hold = openEnd(all, from, forms);
        matcher.lastIndex = from;
        const match = matcher.exec(all);
        if (match === null || match.index >= hold) {
          held = all.slice(hold);
          return shown + all.slice(from, hold);
        }
        shown += all.slice(from, match.index) + mask;
        from = match.index + match[0].length;
      }
    },
    end() {
      const rest = held.replace(pattern, mask);
      held = '';
      return rest;
    },
  };
}

/** Where the text's end may be the start of a secret that goes on in the next piece. */
function openEnd(text: string, from: number, forms: readonly string[]): number {
  const longest = forms[0]?.length ?? 0;
  for (let at = Math.max(from, text.length - longest + 1); at < text.length; at++) {
    const tail = text.slice(at);
    if (forms.some((form) => form.length > tail.length && form.startsWith(tail))) return at;
  }
  return text.length;
}
