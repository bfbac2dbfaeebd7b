import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

describe('docs/cli.md', () => {
  it('is what the tables of commands and options say now', async () => {
    const done = promisify(execFile)(process.execPath, ['scripts/render-cli-docs.mjs', '--check']);
    await expect(done).resolves.toMatchObject({ stderr: '' });
  });
});
