import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSources } from './source-files.ts';

const sources = readSources();
const lines = (text: string): number => text.split('\n').length - 1;

describe('the sources', () => {
  it('are small files: none above 450 lines, the median at most 100', () => {
    const sizes = sources
      .map((file) => ({ path: file.path, lines: lines(file.text) }))
      .sort((a, b) => a.lines - b.lines);
    expect(sizes.filter((file) => file.lines > 450)).toEqual([]);
    expect(sizes[Math.floor(sizes.length / 2)]?.lines).toBeLessThanOrEqual(100);
  });

  it('have names that say what they hold', () => {
    expect(
      sources
        .map((file) => file.path)
        .filter((path) => /(utils?|helpers?|manager|service|misc|common)\b/i.test(path)),
    ).toEqual([]);
  });

  it('leave no unfinished work behind', () => {
    const pattern = /\b(TODO|FIXME|XXX|HACK)\b|not (yet )?implemented|for now,|placeholder implementation/i;
    expect(sources.filter((file) => pattern.test(file.text)).map((file) => file.path)).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  const declared = new Map(
    sources.flatMap((file) =>
      [
        ...file.text.matchAll(
          /defineError\(\s*'([A-Z0-9_]+)',\s*'([a-z-]+)',\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g,
        ),
      ].map((match) => [match[1] ?? '', match[2] ?? ''] as const),
    ),
  );
  const listed = new Map(
    [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([A-Z0-9_]+)` \| ([a-z-]+) \|/gm)].map(
      (match) => [match[1] ?? '', match[2] ?? ''] as const,
    ),
  );

  it('lists every error code that exists, with its kind', () => {
    expect([...declared].filter(([code, kind]) => listed.get(code) !== kind)).toEqual([]);
  });

  it('lists no code that does not exist', () => {
    expect([...listed.keys()].filter((code) => !declared.has(code))).toEqual([]);
  });
});
