import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingVersions, nodeBinaries } from './node-binaries.ts';

describe('supported Node versions', () => {
  it('are all there in CI', () => {
    if (process.env.CI === 'true') expect(missingVersions).toEqual([]);
  });

  describe.each(nodeBinaries)('Node $major', ({ binary }) => {
    const run = (
      folder: string,
      ...args: string[]
    ): { status: number | null; stdout: string; stderr: string } =>
      spawnSync(binary, [path.resolve('dist/cli.mjs'), ...args], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1' },
      });

    it('runs a function in a process, sweeps it, and finds the runs again', () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'slipway-node-'));
      mkdirSync(path.join(folder, 'node_modules'));
      symlinkSync(process.cwd(), path.join(folder, 'node_modules/slipway'));
      writeFileSync(
        path.join(folder, 'square.ts'),
        `import type { Context } from 'slipway';
         export async function square(ctx: Context, { x = 2 }: { x?: number }) {
           await ctx.logDataset('rows', [{ x, square: x * x }]);
           return { square: x * x };
         }`,
      );
      const single = run(folder, 'run', 'square.ts', '--param', 'x=3', '-o', 'json');
      expect({ status: single.status, errors: single.status === 0 ? '' : single.stderr }).toEqual({
        status: 0,
        errors: '',
      });
      expect(JSON.parse(single.stdout)).toMatchObject({ state: 'completed', results: { square: 9 } });
      const sweep = run(
        folder,
        'run',
        'square.ts',
        '--hyperparam',
        'x=[1,-5,2]',
        '--selector',
        'max.square',
        '-o',
        'json',
      );
      expect(JSON.parse(sweep.stdout)).toMatchObject({
        state: 'completed',
        bestIteration: 2,
        results: { square: 25 },
      });
      const found = run(folder, 'get', 'runs', '--filter', 'results.square = 9', '-o', 'json');
      expect(JSON.parse(found.stdout)).toHaveLength(1);
    });
  });
});
