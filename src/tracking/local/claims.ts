import { createHash } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { explainDiskError } from '../../core/atomic-file.ts';
import { createUid } from '../../core/id.ts';
import { holderIsAlive } from '../claim-holder.ts';
import type { RunStore } from '../store.ts';

/** Of whom a claim is, and for how long without a sign of life, which is the time of the file. */
interface Written {
  readonly holder: string;
  readonly leaseMs: number;
}

interface Claim extends Written {
  readonly file: string;
  readonly number: number;
  readonly lives: boolean;
}

/** Claims in a folder, for processes that share nothing else. */
export function folderClaims(directory: string): Pick<RunStore, 'claim' | 'release'> {
  return {
    claim: async (name, holder, leaseMs) => takeClaim(directory, name, { holder, leaseMs }),
    release: async (name, holder) => releaseClaim(directory, name, holder),
  };
}

/**
 * Takes the claim of a name in a folder, or keeps it; gives who has it. Who finds another living holder after having taken the next
 * number gives way, so of two that come at the same moment both may give way, but never both stay.
 */
function takeClaim(directory: string, name: string, wanted: Written): string {
  mkdirSync(directory, { recursive: true });
  const before = claimsOf(directory, name);
  const own = before.find(({ holder }) => holder === wanted.holder);
  if (own !== undefined && keep(own.file)) return wanted.holder;
  const other = before.find(({ lives }) => lives);
  if (other !== undefined) return other.holder;
  const number = Math.max(0, ...before.map((claim) => claim.number)) + 1;
  const file = path.join(directory, `${fileName(name)}.${number}`);
  if (!writeOnce(directory, file, wanted)) return claimsOf(directory, name).find(isLiving)?.holder ?? '';
  const rival = claimsOf(directory, name).find((claim) => claim.lives && claim.number !== number);
  if (rival !== undefined) {
    rmSync(file, { force: true });
    return rival.holder;
  }
  for (const lapsed of before) rmSync(lapsed.file, { force: true });
  return wanted.holder;
}

function releaseClaim(directory: string, name: string, holder: string): void {
  for (const claim of claimsOf(directory, name))
    if (claim.holder === holder) rmSync(claim.file, { force: true });
}

const isLiving = ({ lives }: Claim): boolean => lives;

/** Names may be anything; those of files not. */
const fileName = (name: string): string => createHash('sha256').update(name).digest('hex');

/** Whether the file is there whole under its name, and by this call. */
function writeOnce(directory: string, file: string, content: Written): boolean {
  const aside = path.join(directory, `.${createUid()}`);
  try {
    writeFileSync(aside, JSON.stringify(content));
    linkSync(aside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw explainDiskError(error, file);
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Whether it was still there. */
function keep(file: string): boolean {
  try {
    const now = new Date();
    utimesSync(file, now, now);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function claimsOf(directory: string, name: string): readonly Claim[] {
  const prefix = `${fileName(name)}.`;
  return namesIn(directory)
    .filter((one) => one.startsWith(prefix))
    .flatMap((one) => {
      const claim = readClaim(path.join(directory, one), Number(one.slice(prefix.length)));
      return claim === undefined ? [] : [claim];
    });
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Undefined where it was released meanwhile. */
function readClaim(file: string, number: number): Claim | undefined {
  try {
    const written = JSON.parse(readFileSync(file, 'utf8')) as Written;
    // a process of this machine may be too busy to give signs of life
    const lives = holderIsAlive(written.holder) ?? Date.now() - statSync(file).mtimeMs < written.leaseMs;
    return { ...written, file, number, lives };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
