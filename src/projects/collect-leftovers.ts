import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../core/clock.ts';
import { supersededBundles } from '../functions/superseded-bundles.ts';
import { collectPlans } from '../pipelines/resume/collect-plans.ts';
import { plansFolder } from '../pipelines/resume/plan-archive.ts';
import { folderSize } from '../tracking/artifact-garbage.ts';
import { runNotFound } from '../tracking/errors.ts';
import { lapsedClaims } from '../tracking/local/lapsed-claims.ts';
import { claimsDirectory, runDirectory } from '../tracking/store-layout.ts';
import { abandonedRoutes, forgetRoute } from './tracking/route-book.ts';
import { cacheDirectory, type Workspace } from './workspace.ts';

/** Something below the store's folder that belonged to what is gone. */
export interface Leftover {
  readonly kind: 'plan' | 'claim' | 'route' | 'bundle';
  /** Its file or folder; of a route its id. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

export interface LeftoverOptions {
  readonly dryRun: boolean;
  /** Milliseconds since the epoch. @default now */
  readonly now?: number;
}

/**
 * Removes what runs and builds leave behind in the store's folder and nobody comes back for: plans of runs that are gone, claims of dead
 * processes, temporary servers that no pod can ship to any more, bundles of code that was changed long ago.
 */
export async function collectLeftovers(
  workspace: Workspace,
  { dryRun, now = systemClock.now() }: LeftoverOptions,
): Promise<readonly Leftover[]> {
  const { storeDirectory, name: project } = workspace.project;
  const hasRun = (uid: string): Promise<boolean> => isThere(workspace, uid);
  const plans = await collectPlans({ storeDirectory, project, hasRun, dryRun, now });
  return [
    ...plans.map(({ name, size }) => ({ kind: 'plan', name, size }) as const),
    ...collectClaims(claimsDirectory(storeDirectory, project), { dryRun, now }),
    ...(await collectRoutes(workspace, dryRun)),
    ...(await collectBundles(workspace, { dryRun, now })),
  ];
}

async function isThere({ store, project }: Workspace, uid: string): Promise<boolean> {
  if (existsSync(runDirectory(project.storeDirectory, project.name, uid))) return true;
  try {
    await store.getRun(uid);
    return true;
  } catch (error) {
    if (runNotFound.is(error)) return false;
    throw error;
  }
}

function collectClaims(directory: string, { dryRun, now }: Required<LeftoverOptions>): readonly Leftover[] {
  return lapsedClaims(directory, now).map((name) => {
    const file = path.join(directory, name);
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (!dryRun) rmSync(file, { force: true });
    return { kind: 'claim', name, size };
  });
}

/** Whoever looks after runs of pods needs them as long as there are such runs. */
async function collectRoutes(workspace: Workspace, dryRun: boolean): Promise<readonly Leftover[]> {
  const { storeDirectory, name: project } = workspace.project;
  const routes = abandonedRoutes(storeDirectory, project);
  if (routes.length === 0 || (await mayShip(workspace))) return [];
  for (const { id } of dryRun ? [] : routes) forgetRoute(storeDirectory, id);
  return routes.map(({ id }) => ({ kind: 'route', name: id, size: 0 }));
}

const notOver = "state in ('created', 'pending', 'running', 'lost')";

async function mayShip({ store }: Workspace): Promise<boolean> {
  for (const filter of [`runtime = 'kubernetes' and ${notOver}`, `kind = 'pipeline' and ${notOver}`]) {
    const { runs } = await store.searchRuns({ filter, all: true, limit: 1 });
    if (runs.length > 0) return true;
  }
  return false;
}

/** Not those of runs under way, nor of plans that a run may be resumed from. */
async function collectBundles(
  { store, project }: Workspace,
  { dryRun, now }: Required<LeftoverOptions>,
): Promise<readonly Leftover[]> {
  const { storeDirectory } = project;
  const cache = cacheDirectory(project);
  const plans = plansFolder(storeDirectory);
  const filter = "state in ('created', 'pending', 'running')";
  const { runs } = await store.searchRuns({ filter, all: true, limit: 1000 });
  const named = [...textsIn(plans), ...runs.map((run) => run.function?.digest ?? '')];
  const left: Leftover[] = [];
  for (const name of supersededBundles(cache, named, now)) {
    const folder = path.join(cache, 'bundles', name);
    left.push({ kind: 'bundle', name, size: await folderSize(folder) });
    if (!dryRun) rmSync(folder, { recursive: true, force: true });
  }
  return left;
}

function textsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.map((name) => readFileSync(path.join(folder, name), 'utf8'));
}
