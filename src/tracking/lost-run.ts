import type { Clock } from '../core/clock.ts';
import { isAlive } from './process-identity.ts';
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
 */
export function lostReason(draft: RunDraft, clock: Clock): string | undefined {
  if (!draft.owner || terminalStates.has(draft.state)) return undefined;
  const { host, pid } = draft.owner;
  const alive = isAlive(draft.owner);
  if (alive === false) return `its process ${pid} on "${host}" ended without a word`;
  const silence = clock.now() - draft.lastEventAt;
  if (alive === undefined && draft.state === 'running' && silence > remoteSilenceMs)
    return `its process ${pid} on "${host}" has not been heard of for ${Math.round(silence / 1000)} s`;
  return undefined;
}
