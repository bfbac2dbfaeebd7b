import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { parse, stringify } from 'yaml';
import { writeFileAtomic } from '../core/atomic-file.ts';
import { hubDigestMismatch, invalidLockfile } from './errors.ts';

/** `slipway.lock`: which version of each hub function a project uses, and the digest of its bundle. */
export interface Lockfile {
  readonly lockVersion: 1;
  /** By name. */
  readonly hub: Readonly<Record<string, LockedFunction>>;
}

export interface LockedFunction {
  readonly version: string;
  /** `sha256:<hex>` */
  readonly digest: string;
}

export const lockfileName = 'slipway.lock';

const schema = v.strictObject({
  lockVersion: v.literal(1),
  hub: v.record(
    v.string(),
    v.strictObject({ version: v.string(), digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)) }),
  ),
});

/** Throws `INVALID_LOCKFILE`. */
export function parseLockfile(text: string, file: string): Lockfile {
  const parsed = v.safeParse(schema, parseYaml(text, file));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const where = issue.path?.map((part) => String(part.key)).join('.') ?? 'the file';
  throw invalidLockfile(`"${where}" in "${file}" is wrong: ${issue.message}`, {
    hint: 'take the file from version control again, or delete it and lock anew',
    location: { file },
  });
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw invalidLockfile(`"${file}" is no YAML: ${(error as Error).message.split('\n')[0]}`, {
      hint: 'take the file from version control again, or delete it and lock anew',
      cause: error,
    });
  }
}

/** The same text for the same locks: functions in order of their names. */
export function renderLockfile({ hub }: Lockfile): string {
  const names = Object.keys(hub).sort();
  const sorted = Object.fromEntries(names.map((name) => [name, hub[name]]));
  return `# Written by slipway. Keep it under version control.\n${stringify({ lockVersion: 1, hub: sorted }, { lineWidth: 0 })}`;
}

/** The lockfile of a project, or undefined where it has none. */
export async function readLockfile(root: string): Promise<Lockfile | undefined> {
  const file = path.join(root, lockfileName);
  try {
    return parseLockfile(await readFile(file, 'utf8'), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes the project's lockfile, whole or not at all. */
export function writeLockfile(root: string, lockfile: Lockfile): void {
  writeFileAtomic(path.join(root, lockfileName), renderLockfile(lockfile));
}

/** Throws `HUB_DIGEST_MISMATCH` where the function is not the one that is locked; an unlocked one passes. */
export function checkLock(lockfile: Lockfile | undefined, name: string, found: LockedFunction): void {
  const locked = lockfile?.hub[name];
  if (locked === undefined || (locked.version === found.version && locked.digest === found.digest)) return;
  const same = locked.version === found.version;
  throw hubDigestMismatch(
    same
      ? `hub function "${name}" ${found.version} has the digest ${found.digest}, but ${lockfileName} pins ${locked.digest}`
      : `hub function "${name}" is installed in version ${found.version}, but ${lockfileName} pins ${locked.version}`,
    {
      hint: `install the version of slipway that the lock was made with, or lock "hub://${name}" anew`,
      details: { name, locked, found },
    },
  );
}
