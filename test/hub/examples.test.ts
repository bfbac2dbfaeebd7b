import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/core/package-root.ts';
import { listHub } from '../../src/hub/list-hub.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the examples of the hub', () => {
  it('run as they stand, in a folder that has slipway installed', { timeout: 120_000 }, async () => {
    mkdirSync(path.join(folder, 'node_modules'));
    symlinkSync(packageRoot(), path.join(folder, 'node_modules', 'slipway'));
    const items = await listHub();
    for (const { name, directory } of items) {
      const { code } = await transform(readFileSync(path.join(directory, 'example.ts'), 'utf8'), {
        loader: 'ts',
      });
      writeFileSync(path.join(folder, `${name}.mjs`), code);
    }
    const all = items.map(({ name }) => `console.log('## ${name}');\nawait import('./${name}.mjs');\n`);
    writeFileSync(path.join(folder, 'all.mjs'), all.join(''));
    const { stdout } = await promisify(execFile)(process.execPath, ['all.mjs'], { cwd: folder });
    for (const { name } of items) expect(stdout).toContain(`## ${name}\n{`);
    expect(stdout).toMatch(/accuracy: (1|0\.9\d+),/);
  });
});
