import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { StartedPlan } from './plan-archive.ts';
import { plansFolder, startedFolder } from './plan-archive.ts';

export interface CollectPlansOptions {
  readonly storeDirectory: string;
  readonly project: string;
  /** Whether a run of the project is still there, be it in the trash. */
  readonly hasRun: (uid: string) => Promise<boolean>;
  readonly dryRun: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A file that went, or would, by its name below the folder of plans. */
export interface CollectedPlan {
  readonly name: string;
  readonly size: number;
}

/** What is younger may be of a run that is being created. */
const youngMs = 3600_000;
/** A plan that was compiled for a cluster may have its next run long after its last. */
const compiledMs = 365 * 24 * 3600_000;

interface Started extends CollectedPlan {
  readonly content: Partial<StartedPlan>;
}

/**
 * Takes from the archive how runs were started that are gone, and plans that no run is left of. What other projects of the store started
 * stays, and so do plans as long as something is there that does not say which plan it is of.
 */
export async function collectPlans(options: CollectPlansOptions): Promise<readonly CollectedPlan[]> {
  const { storeDirectory, dryRun } = options;
  const kept: Started[] = [];
  const gone: CollectedPlan[] = [];
  for (const one of readStarted(storeDirectory))
    if (await isGone(one, options)) gone.push(one);
    else kept.push(one);
  const used = new Set(kept.map(({ content }) => content.plan));
  if (!used.has(undefined)) gone.push(...unusedPlans(options, used));
  if (!dryRun)
    for (const { name } of gone) rmSync(path.join(plansFolder(storeDirectory), name), { force: true });
  return gone.map(({ name, size }) => ({ name, size }));
}

async function isGone(
  { name, content: { project } }: Started,
  { storeDirectory, project: own, hasRun, now }: CollectPlansOptions,
): Promise<boolean> {
  const of = path.basename(name, '.json');
  const age = now - (changedAt(path.join(plansFolder(storeDirectory), name)) ?? now);
  if ((project ?? own) !== own || age <= youngMs) return false;
  return isDigest(of) ? age > compiledMs : !(await hasRun(of));
}

/** Asked for their age last of all: whoever is about to start such a plan has touched it. */
function unusedPlans(
  { storeDirectory, now }: CollectPlansOptions,
  used: ReadonlySet<string | undefined>,
): readonly CollectedPlan[] {
  const folder = plansFolder(storeDirectory);
  return namesIn(folder)
    .filter((name) => isDigest(path.basename(name, '.json')) && !used.has(path.basename(name, '.json')))
    .filter((name) => now - (changedAt(path.join(folder, name)) ?? now) > youngMs)
    .map((name) => ({ name, size: sizeOf(path.join(folder, name)) }));
}

function readStarted(storeDirectory: string): readonly Started[] {
  const folder = startedFolder(storeDirectory);
  return namesIn(folder).map((name) => {
    const file = path.join(folder, name);
    return {
      name: path.join(path.basename(folder), name),
      size: sizeOf(file),
      content: readContent(file),
    };
  });
}

/** One that cannot be read says nothing. */
function readContent(file: string): Partial<StartedPlan> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<StartedPlan>;
  } catch {
    return {};
  }
}

const isDigest = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

const namesIn = (folder: string): readonly string[] =>
  statSync(folder, { throwIfNoEntry: false }) === undefined
    ? []
    : readdirSync(folder).filter((name) => name.endsWith('.json'));

const changedAt = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
