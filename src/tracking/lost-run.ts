import { statSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { isAlive, isOutOfHearing } from './process-identity.ts';
import { terminalStates } from './run.ts';
import type { RunDraft } from './run-draft.ts';

/**
 * Milliseconds after which a running run of another host counts as lost when neither event nor heartbeat came. Heartbeats come every
 * few seconds, so this outlasts long pauses, slow shared disks and clocks that differ a little.
 */
export const remoteSilenceMs = 120_000;

/**
 * Why a run that has not ended must be taken for lost, or `undefined` if it may well be alive. The draft must be
 * read after the process was seen dead, or the journal's last word could be missed: read it again when this says lost.
 * @param toldAt when somebody last told that the run lives; milliseconds since 1970, 0 for never
 */
export function lostReason(
  draft: Pick<RunDraft, 'owner' | 'state' | 'lastEventAt'>,
  clock: Clock,
  toldAt: () => number,
): string | undefined {
  if (!draft.owner || terminalStates.has(draft.state)) return undefined;
  const { host, pid } = draft.owner;
  const alive = isAlive(draft.owner);
  if (alive === false) return `its process ${pid} on "${host}" ended without a word`;
  if (alive !== undefined || draft.state !== 'running' || isOutOfHearing(draft.owner)) return undefined;
  const silence = clock.now() - lastHeard(draft, clock, toldAt);
  if (silence > remoteSilenceMs)
    return `its process ${pid} on "${host}" has not been heard of for ${Math.round(silence / 1000)} s`;
  return undefined;
}

/** A run that has nothing to say is heard of by whoever looks after it and tells that it lives. */
function lastHeard(
  { lastEventAt }: Pick<RunDraft, 'lastEventAt'>,
  clock: Clock,
  toldAt: () => number,
): number {
  return clock.now() - lastEventAt <= remoteSilenceMs ? lastEventAt : Math.max(lastEventAt, toldAt());
}

/** When a file was last touched: by who writes it, or tells that its run lives. */
export const touchedAt =
  (file: string): (() => number) =>
  () =>
    statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
