import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  checkLock,
  parseLockfile,
  readLockfile,
  renderLockfile,
  writeLockfile,
} from '../../src/hub/lockfile.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-lock-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const digest = `sha256:${'a'.repeat(64)}`;
const locked = {
  lockVersion: 1,
  hub: { zebra: { version: '1.0.0', digest }, ant: { version: '2.1.0', digest } },
} as const;

describe('slipway.lock', () => {
  it('reads back what was written, functions in order of their names', async () => {
    writeLockfile(folder, locked);
    expect(await readLockfile(folder)).toEqual(locked);
    const text = renderLockfile(locked);
    expect(text.indexOf('ant')).toBeLessThan(text.indexOf('zebra'));
  });

  it('need not be there', async () => {
    expect(await readLockfile(path.join(folder, 'nowhere'))).toBeUndefined();
  });

  it('is refused when it is broken, naming file and entry', async () => {
    const broken = path.join(folder, 'slipway.lock');
    writeFileSync(broken, 'lockVersion: 1\nhub:\n  ant: { version: 2.1.0, digest: sha256:short }\n');
    await expect(readLockfile(folder)).rejects.toMatchObject({
      code: 'INVALID_LOCKFILE',
      message: expect.stringMatching(/"hub\.ant\.digest" in ".*slipway\.lock"/),
    });
    expect(() => parseLockfile('{', 'slipway.lock')).toThrow(
      expect.objectContaining({ code: 'INVALID_LOCKFILE' }),
    );
    expect(() => parseLockfile('lockVersion: 9\nhub: {}\n', 'slipway.lock')).toThrow('"lockVersion"');
  });

  it('lets through what it pins and what it does not know, and refuses another digest or version', () => {
    checkLock(undefined, 'ant', { version: '9.9.9', digest });
    checkLock(locked, 'bee', { version: '9.9.9', digest });
    checkLock(locked, 'ant', { version: '2.1.0', digest });
    const other = `sha256:${'b'.repeat(64)}`;
    for (const found of [
      { version: '2.1.0', digest: other },
      { version: '2.2.0', digest },
    ])
      expect(() => checkLock(locked, 'ant', found)).toThrow(
        expect.objectContaining({
          code: 'HUB_DIGEST_MISMATCH',
          kind: 'conflict',
          message: expect.stringContaining('"ant"'),
        }),
      );
  });
});
