import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { cli, node } from '../../../e2e/slipway.ts';

/** What a command prints, in a folder: for what is set up before the tests. */
export function slipwayOutput(folder: string, args: readonly string[]): string {
  const env = { ...process.env, SLIPWAY_HOME: path.join(folder, '.slipway') };
  return execFileSync(node, [cli, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
