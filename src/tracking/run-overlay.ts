import { isoTime } from '../core/clock.ts';
import type { Json } from '../core/json.ts';
import { runLost } from './errors.ts';
import type { ProcessIdentity } from './journal-event.ts';
import { sameProcess } from './process-identity.ts';
import { renderRecord } from './render-record.ts';
import { type NotificationDelivery, type RunRecord, terminalStates } from './run.ts';
import type { RunDraft } from './run-draft.ts';
import type { LedgerLine } from './store.ts';

/** What the ledger says about one run, beside its own journal. Plain JSON. */
export interface RunOverlay {
  /** Labels set (or, with null, taken away) after the fact. */
  readonly labels?: Readonly<Record<string, Json>>;
  /** When it was moved to the trash; milliseconds since 1970. */
  readonly trashedAt?: number;
  readonly purged?: boolean;
  readonly notifications?: readonly NotificationDelivery[];
  readonly lost?: {
    readonly owner: ProcessIdentity;
    readonly reason: string;
    readonly time: number;
    readonly seq: number;
  };
}

/** The overlay after one more fact; the same object if the fact does not concern it. */
export function applyFact(overlay: RunOverlay, fact: LedgerLine): RunOverlay {
  switch (fact.kind) {
    case 'label':
      return { ...overlay, labels: { ...overlay.labels, [fact.key]: fact.value } };
    case 'trash':
      return { ...overlay, trashedAt: fact.time };
    case 'restore': {
      const { trashedAt: _, ...rest } = overlay;
      return rest;
    }
    case 'purge':
      return { purged: true };
    case 'lost':
      return {
        ...overlay,
        lost: { owner: fact.owner, reason: fact.reason, time: fact.time, seq: fact.seq ?? 0 },
      };
    case 'notification':
      return { ...overlay, notifications: withDelivery(overlay.notifications ?? [], fact.delivery) };
    case 'run':
      // imported again after it was purged
      return overlay.purged ? {} : overlay;
    default:
      return overlay;
  }
}

/** The last word about one name and state takes the place of those before. */
function withDelivery(
  before: readonly NotificationDelivery[],
  delivery: NotificationDelivery,
): readonly NotificationDelivery[] {
  const isSame = ({ name, on }: NotificationDelivery): boolean =>
    name === delivery.name && on === delivery.on;
  return before.some(isSame) ? before.map((one) => (isSame(one) ? delivery : one)) : [...before, delivery];
}

/** Whether the lost fact still holds: a journal that has ended, or went on since, or has a new owner, is right against it. */
export function isLost(draft: RunDraft, overlay: RunOverlay | undefined): boolean {
  const lost = overlay?.lost;
  return (
    lost !== undefined &&
    !terminalStates.has(draft.state) &&
    draft.seq <= lost.seq &&
    sameProcess(lost.owner, draft.owner)
  );
}

/** The run's record: its journal, and over it what the ledger says. */
export function overlaidRecord(
  draft: RunDraft,
  overlay: RunOverlay | undefined,
  children?: ReadonlyMap<string, RunRecord>,
): RunRecord {
  const record = renderRecord(draft, children);
  if (!overlay) return record;
  return {
    ...record,
    ...(overlay.labels ? { labels: overlaidLabels(record.labels, overlay.labels) } : {}),
    ...(isLost(draft, overlay) ? lostPart(draft, overlay) : {}),
    ...(overlay.trashedAt === undefined ? {} : { trashed: true }),
    ...(overlay.notifications === undefined ? {} : { notifications: overlay.notifications }),
  };
}

function overlaidLabels(
  own: Readonly<Record<string, string>>,
  later: Readonly<Record<string, Json>>,
): Readonly<Record<string, string>> {
  const labels = new Map(Object.entries(own));
  for (const [key, value] of Object.entries(later)) {
    if (value === null) labels.delete(key);
    else labels.set(key, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return Object.fromEntries(labels);
}

function lostPart(draft: RunDraft, overlay: RunOverlay): Partial<RunRecord> {
  const { reason = '', time = draft.lastEventAt } = overlay.lost ?? {};
  const error = runLost(`run "${draft.uid}" is lost: ${reason}`, {
    hint: 'everything it logged is kept; run it again, or resume it under the same uid',
  });
  return { state: 'lost', endedAt: isoTime(time), error: error.toJSON() };
}
