import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };

describe('the runtime dependencies', () => {
  it('are each listed in docs/dependencies.md with a reason', () => {
    const listed = [...readFileSync('docs/dependencies.md', 'utf8').matchAll(/^\| `([^`]+)` \|/gm)].map(
      (match) => match[1],
    );
    expect(listed.sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });

  it.each(Object.keys(manifest.dependencies))('%s loads on this Node', async (name) => {
    expect(Object.keys(await import(name)).length).toBeGreaterThan(0);
  });

  it('are locked without naming any registry', () => {
    expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved": "https?:/);
  });
});
