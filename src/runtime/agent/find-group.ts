import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openSpoolStore } from '../../tracking/open-spool-store.ts';
import type { Trial } from '../batch.ts';
import type { AgentPlace } from './agent-place.ts';
import type { Delivery } from './delivery.ts';
import { deliveryInvalid } from './errors.ts';
import type { SweepRules } from './sweep-rules.ts';
import { trialsOfGroup } from './trial-groups.ts';
import { type TrialParts, trialsFile, unpackTrials } from './trial-table.ts';

/** The trials of a sweep that are one pod's. */
export interface TrialGroup {
  readonly rules: SweepRules;
  /** In the order in which they are to run; at least one. */
  readonly trials: readonly Trial[];
}

/**
 * What this pod of a sweep is to run: the trials of its index. Nothing where one run was delivered.
 * @throws DELIVERY_INVALID, ARTIFACT_NOT_FOUND, SERVER_UNREACHABLE
 */
export async function findGroup(
  delivery: Delivery,
  index: string,
  place: AgentPlace,
): Promise<TrialGroup | undefined> {
  const { trials: table, sweep: rules } = delivery;
  if (table === undefined || rules === undefined) return undefined;
  const group = Number(index);
  const isIndex = Number.isInteger(group) && group >= 0 && index !== '';
  const rows = isIndex ? trialsOfGroup(rules.groups, group) : [];
  const trials = await readRows(table, rows, { delivery, place });
  if (trials.length > 0 && trials.length === rows.length) return { rules, trials };
  throw deliveryInvalid(`the sweep "${delivery.job.name}" has no trial for JOB_COMPLETION_INDEX "${index}"`, {
    hint: 'the program of pods is started by the Kubernetes runtime, as an Indexed Job; run the sweep again',
  });
}

interface Source {
  readonly delivery: Delivery;
  readonly place: AgentPlace;
}

async function readRows(
  table: Uint8Array | TrialParts,
  rows: readonly number[],
  source: Source,
): Promise<readonly Trial[]> {
  const isWhole = table instanceof Uint8Array;
  const rowsPerPart = isWhole ? Number.POSITIVE_INFINITY : table.rowsPerPart;
  const wanted = new Set(rows.map((row) => Math.floor(row / rowsPerPart)));
  const parts = new Map<number, readonly Trial[]>();
  for (const part of wanted)
    parts.set(part, isWhole ? unpackTrials(table) : await fetchPart(table.parts[part], source));
  return rows.flatMap((row) => {
    const part = Math.floor(row / rowsPerPart);
    const trial = parts.get(part)?.[row % rowsPerPart];
    return trial ? [trial] : [];
  });
}

async function fetchPart(
  digest: string | undefined,
  { delivery: { job }, place: { server, spoolDirectory } }: Source,
): Promise<readonly Trial[]> {
  if (digest === undefined) return [];
  const store = openSpoolStore({ server, project: job.project, directory: spoolDirectory });
  try {
    return unpackTrials(readFileSync(path.join(await store.artifactDirectory(digest), trialsFile)));
  } finally {
    await store.close();
  }
}
