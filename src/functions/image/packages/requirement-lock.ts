import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../../core/atomic-file.ts';
import { type Json, toJson } from '../../../core/json.ts';
import { imageOptionsInvalid } from '../build-errors.ts';

/** What npm chose for one requirement: the `packages` of its package-lock.json, without the root. */
export type LockedRequirement = Readonly<Record<string, Json>>;

interface RequirementLock {
  readonly lockVersion: 1;
  /** By `name@version`. */
  readonly requirements: Readonly<Record<string, LockedRequirement>>;
}

/** In the project's folder. */
export const requirementLockName = 'requirements.lock.json';

/**
 * What npm chose when this requirement was installed first; undefined where it never was.
 * @throws IMAGE_OPTIONS_INVALID where the lock cannot be read
 */
export function lockedRequirement(root: string, id: string): LockedRequirement | undefined {
  return readLock(path.join(root, requirementLockName)).requirements[id];
}

/** Records what npm chose, so that the same image comes out everywhere and later. A project that is only read stays as it is. */
export function lockRequirement(root: string, id: string, locked: LockedRequirement): void {
  const file = path.join(root, requirementLockName);
  const { requirements } = readLock(file);
  const all = Object.entries({ ...requirements, [id]: locked }).sort(([a], [b]) => (a < b ? -1 : 1));
  const lock: RequirementLock = { lockVersion: 1, requirements: Object.fromEntries(all) };
  try {
    writeFileAtomic(file, `${JSON.stringify(lock, undefined, 2)}\n`);
  } catch (error) {
    if (!isReadOnly(error)) throw error;
  }
}

/** The packages that npm wrote into its own lockfile. */
export function packagesOfNpmLock(text: string): LockedRequirement {
  const { packages = {} } = JSON.parse(text) as { packages?: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(packages)
      .filter(([place]) => place !== '')
      .map(([place, locked]) => [place, toJson(locked)]),
  );
}

function readLock(file: string): RequirementLock {
  if (!existsSync(file)) return { lockVersion: 1, requirements: {} };
  const lock = parseLock(readFileSync(file, 'utf8'));
  if (lock?.lockVersion === 1 && typeof lock.requirements === 'object') return lock as RequirementLock;
  throw imageOptionsInvalid(`"${file}" is no lock of requirements`, {
    hint: 'take it from version control again, or delete it to have the versions chosen anew',
    location: { file },
  });
}

function parseLock(text: string): Partial<RequirementLock> | undefined {
  try {
    return (JSON.parse(text) as Partial<RequirementLock> | null) ?? undefined;
  } catch {
    return undefined;
  }
}

const isReadOnly = (error: unknown): boolean => {
  const { code, cause } = error as NodeJS.ErrnoException;
  const codes = [code, (cause as NodeJS.ErrnoException | undefined)?.code];
  return codes.some((each) => each !== undefined && ['EROFS', 'EACCES', 'EPERM'].includes(each));
};
