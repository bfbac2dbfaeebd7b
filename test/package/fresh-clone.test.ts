import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeBinaries } from './node-binaries.ts';

/** What the README tells a newcomer to type, in a fresh clone, on every supported Node. */
describe('a fresh clone', () => {
  const clone = path.join(mkdtempSync(path.join(tmpdir(), 'slipway-clone-')), 'slipway');

  beforeAll(() => {
    execFileSync('git', ['clone', '--quiet', '.', clone]);
    execFileSync('npm', ['ci', '--silent', '--prefer-offline'], { cwd: clone });
  }, 300_000);

  it.each(nodeBinaries)(
    'runs the main job with one command on Node $major, with the same accuracies',
    ({ major, binary }) => {
      const env = {
        ...process.env,
        PATH: `${path.dirname(binary)}:${process.env.PATH ?? ''}`,
        NO_COLOR: '1',
        SLIPWAY_HOME: path.join(clone, `.slipway-${major}`),
      };
      const demo = spawnSync('npm', ['run', '--silent', 'demo'], { cwd: clone, env, encoding: 'utf8' });
      expect({ status: demo.status, errors: demo.status === 0 ? '' : demo.stderr }).toEqual({
        status: 0,
        errors: '',
      });
      expect(demo.stdout).toMatch(/main completed/);
      expect(demo.stdout).toMatch(/iris +0\.977778/);
      expect(demo.stdout).toMatch(/penguins +0\.990291/);
      expect(demo.stdout).toMatch(/more: slipway describe/);
    },
    180_000,
  );
});
