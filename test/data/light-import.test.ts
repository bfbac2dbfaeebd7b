import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../src/data/', import.meta.url));

describe('importing the data room', () => {
  it('brings no heavy package: each is loaded by the first call that needs it', () => {
    for (const name of readdirSync(root, { recursive: true }) as string[]) {
      if (!name.endsWith('.ts')) continue;
      const text = readFileSync(path.join(root, name), 'utf8');
      const found = [...text.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s+'([^.'][^']*)'/gm)];
      for (const [, from = ''] of found) expect(from, name).toMatch(/^node:/);
    }
  });
});
