import { readFileSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import { toJson } from '../../core/json.ts';
import type { KubernetesOptions } from '../../runtime/kubernetes/manifest/kubernetes-options.ts';
import type { RunRecord } from '../../tracking/run.ts';
import { resumeImpossible } from '../errors.ts';
import { digestPlan } from '../plan/digest-plan.ts';
import { parsePlan } from '../plan/parse-plan.ts';
import type { CachePolicy, Plan } from '../plan/plan.ts';

/** A plan as it was run, and what a resumed run takes over from how it was started. */
export interface ArchivedPlan extends StartOptions {
  readonly plan: Plan;
}

/** How a run of a plan was started, as far as its resumption is to be started alike. */
export interface StartOptions {
  /** Name in project.yaml, or file relative to the project, to plan it again from. Absent for one that was planned in a program. */
  readonly source?: string;
  /** Runtime of steps that name none. */
  readonly runtime?: string;
  /** Image of steps that name none and run in containers. */
  readonly image?: string;
  /** Network of steps that run in containers. */
  readonly network?: string;
  /** Caching of steps that say nothing about it. */
  readonly cache?: CachePolicy['mode'];
  /** What was asked of pods and images of steps that run on a cluster. */
  readonly kubernetes?: KubernetesOptions;
  readonly imageName?: string;
  /** What drove it. @default 'local' */
  readonly engine?: 'local' | 'argo';
}

/** What is kept of each start of a plan. */
export interface StartedPlan extends StartOptions {
  /** Digest of the plan, in hexadecimal. */
  readonly plan: string;
  readonly project: string;
}

/** What of some options a resumed run takes over. */
export function startOptions(given: StartOptions): StartOptions {
  const { source, engine, runtime, image, network, cache, kubernetes, imageName } = given;
  return {
    ...(source === undefined ? {} : { source }),
    ...(engine === undefined ? {} : { engine }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(image === undefined ? {} : { image }),
    ...(network === undefined ? {} : { network }),
    ...(cache === undefined ? {} : { cache }),
    ...(kubernetes === undefined ? {} : { kubernetes }),
    ...(imageName === undefined ? {} : { imageName }),
  };
}

/**
 * Keeps a plan in the store under its digest, and how a run of it is started, before it begins: what a killed run is resumed from. Without
 * a run it is how all those are that nobody follows.
 */
export function archivePlan(storeDirectory: string, archived: ArchivedPlan, run?: string): void {
  const { plan, ...options } = archived;
  const digest = digestPlan(plan);
  const file = planFile(storeDirectory, digest);
  const text = render({ plan });
  if (readText(file) === text) touch(file);
  else writeFileAtomic(file, text);
  const started: StartedPlan = {
    ...startOptions(options),
    plan: hexOf(digest),
    project: plan.metadata.project,
  };
  writeFileAtomic(startFile(storeDirectory, run ?? hexOf(digest)), render(started));
}

type PlannedRun = Pick<RunRecord, 'uid' | 'function'>;

/** The plan of a pipeline run. Throws `RESUME_IMPOSSIBLE` when it is not there, `PLAN_TOO_NEW`, `PLAN_INVALID`. */
export function readArchivedPlan(storeDirectory: string, run: PlannedRun): ArchivedPlan {
  const found = findArchivedPlan(storeDirectory, run);
  if (found === undefined)
    throw resumeImpossible(`the plan of pipeline run "${run.uid}" is not in this store`, {
      hint: 'run the pipeline again; with --cache the steps that completed are not repeated',
      details: { run: run.uid },
    });
  return found;
}

/** The plan of a pipeline run; undefined where this store does not have it. Throws `PLAN_TOO_NEW`, `PLAN_INVALID`. */
export function findArchivedPlan(
  storeDirectory: string,
  { uid, function: called }: PlannedRun,
): ArchivedPlan | undefined {
  const digest = called?.digest ?? '';
  const text = readText(planFile(storeDirectory, digest));
  if (text === undefined) return undefined;
  const started =
    readText(startFile(storeDirectory, uid)) ?? readText(startFile(storeDirectory, hexOf(digest))) ?? '{}';
  const { plan } = JSON.parse(text) as ArchivedPlan;
  return { ...startOptions(JSON.parse(started) as StartOptions), plan: parsePlan(plan) };
}

const render = (value: object): string => `${JSON.stringify(toJson(value))}\n`;

const hexOf = (digest: string): string => digest.replace(/^sha256:/, '');

/** What is used again counts as new to who cleans up. */
function touch(file: string): void {
  const now = new Date();
  utimesSync(file, now, now);
}

/** Folder of the plans that were run. */
export const plansFolder = (storeDirectory: string): string => path.join(storeDirectory, 'plans');

/** Folder of how each of their runs was started. */
export const startedFolder = (storeDirectory: string): string =>
  path.join(plansFolder(storeDirectory), 'started');

const planFile = (storeDirectory: string, digest: string): string =>
  path.join(plansFolder(storeDirectory), `${hexOf(digest)}.json`);

const startFile = (storeDirectory: string, of: string): string =>
  path.join(startedFolder(storeDirectory), `${of}.json`);

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
