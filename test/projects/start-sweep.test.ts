import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openWorkspace } from '../../src/projects/open-workspace.ts';
import { resolveFunction } from '../../src/projects/resolve-function.ts';
import { startFunction } from '../../src/projects/run-function.ts';

it('a sweep with nothing to try is refused as such, before anything starts', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-sweep-'));
  writeFileSync(
    path.join(directory, 'f.ts'),
    'export function f(_ctx: unknown, { x }: { x: number }) { return { y: x }; }',
  );
  const workspace = await openWorkspace({ directory, env: {} });
  try {
    const packaged = await resolveFunction(workspace, 'f.ts');
    await expect(
      startFunction(workspace, packaged, { sweep: { hyperparams: { x: [] } } }),
    ).rejects.toMatchObject({
      code: 'INVALID_SWEEP',
      message: expect.stringContaining('"x"'),
    });
    expect((await workspace.store.searchRuns({ all: true })).runs).toEqual([]);
  } finally {
    await workspace.close();
  }
});
