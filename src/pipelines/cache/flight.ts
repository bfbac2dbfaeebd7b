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
import { setTimeout as wait } from 'node:timers/promises';
import { createUid } from '../../core/id.ts';
import type { ProcessIdentity } from '../../tracking/journal-event.ts';
import { currentProcess, isAlive } from '../../tracking/process-identity.ts';

/** Milliseconds between two looks at whether the other has landed, and between signs of life. */
const lookEvery = 50;
const beatEvery = 5_000;
/** Milliseconds of silence after which a process of another host counts as dead. */
const remoteSilence = 60_000;

/** The right to be the only one who runs something. */
export interface Flight {
  /** Whether somebody else had to be waited for. */
  readonly waited: boolean;
  release(): void;
}

/**
 * Waits until nobody else, in this process or another, holds `name` in the folder, and takes it. What a process that was
 * killed held is free. Holding it twice at once is impossible; rejects with the signal's reason when that fires.
 */
export async function enterFlight(directory: string, name: string, signal: AbortSignal): Promise<Flight> {
  mkdirSync(directory, { recursive: true });
  let waited = false;
  for (;;) {
    const mine = tryEnter(directory, name);
    if (mine !== undefined) return holdFlight(mine, waited);
    waited = true;
    await wait(lookEvery * (0.5 + Math.random()), undefined, { signal });
  }
}

function holdFlight(file: string, waited: boolean): Flight {
  const beat = setInterval(() => {
    const now = new Date();
    utimesSync(file, now, now);
  }, beatEvery);
  beat.unref();
  return {
    waited,
    release: () => {
      clearInterval(beat);
      rmSync(file, { force: true });
    },
  };
}

/**
 * Takes the next free number of a name. Who finds another living holder afterwards gives way, so two that came at the same
 * moment may both give way, but never both stay.
 */
function tryEnter(directory: string, name: string): string | undefined {
  const before = holders(directory, name);
  if (before.some(({ lives }) => lives)) return undefined;
  const next = Math.max(0, ...before.map(({ number }) => number)) + 1;
  const mine = path.join(directory, `${name}.${next}`);
  const aside = path.join(directory, `.${createUid()}`);
  writeFileSync(aside, JSON.stringify(currentProcess()));
  try {
    linkSync(aside, mine);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
  if (holders(directory, name).some(({ number, lives }) => lives && number !== next)) {
    rmSync(mine, { force: true });
    return undefined;
  }
  for (const { file } of before) rmSync(file, { force: true });
  return mine;
}

interface Holder {
  readonly file: string;
  readonly number: number;
  readonly lives: boolean;
}

function holders(directory: string, name: string): readonly Holder[] {
  const prefix = `${name}.`;
  return readdirSync(directory)
    .filter((one) => one.startsWith(prefix))
    .map((one) => {
      const file = path.join(directory, one);
      return { file, number: Number(one.slice(prefix.length)), lives: holderLives(file) };
    });
}

function holderLives(file: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
    return isAlive(owner) ?? Date.now() - statSync(file).mtimeMs < remoteSilence;
  } catch (error) {
    // it was released meanwhile
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
