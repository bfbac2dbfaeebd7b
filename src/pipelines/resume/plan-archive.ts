import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import { toJson } from '../../core/json.ts';
import { resumeImpossible } from '../errors.ts';
import { digestPlan } from '../plan/digest-plan.ts';
import { parsePlan } from '../plan/parse-plan.ts';
import type { Plan } from '../plan/plan.ts';

/** A plan as it was run, and where it came from. */
export interface ArchivedPlan {
  readonly plan: Plan;
  /** Name in project.yaml, or file relative to the project, to plan it again from. Absent for one that was planned in a program. */
  readonly source?: string;
  /** Runtime of steps that name none. */
  readonly runtime?: string;
}

/** Keeps a plan in the store under its digest, before a run of it begins: what a killed run is resumed from. */
export function archivePlan(storeDirectory: string, archived: ArchivedPlan): void {
  const file = archiveFile(storeDirectory, digestPlan(archived.plan));
  const text = `${JSON.stringify(toJson(archived))}\n`;
  if (readText(file) !== text) writeFileAtomic(file, text);
}

/** The plan of a digest. Throws `RESUME_IMPOSSIBLE` when it is not there, `PLAN_TOO_NEW`, `PLAN_INVALID`. */
export function readArchivedPlan(storeDirectory: string, digest: string, run: string): ArchivedPlan {
  const text = readText(archiveFile(storeDirectory, digest));
  if (text === undefined)
    throw resumeImpossible(`the plan of pipeline run "${run}" is not in this store`, {
      hint: 'run the pipeline again; with --cache the steps that completed are not repeated',
      details: { run, digest },
    });
  const { plan, source, runtime } = JSON.parse(text) as ArchivedPlan;
  return {
    plan: parsePlan(plan),
    ...(source === undefined ? {} : { source }),
    ...(runtime === undefined ? {} : { runtime }),
  };
}

function archiveFile(storeDirectory: string, digest: string): string {
  return path.join(storeDirectory, 'plans', `${digest.replace(/^sha256:/, '')}.json`);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
