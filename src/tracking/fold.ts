import { applyEvent } from './apply-event.ts';
import type { JournalEvent } from './journal-event.ts';
import { renderRecord } from './render-record.ts';
import type { RunRecord } from './run.ts';
import { createDraft, type RunDraft } from './run-draft.ts';

/**
 * The record that a run's events add up to. `children` are the records of a sweep's trials by uid; without them its
 * `iterations` carry number, uid and state only. Order is that of `seq`: clocks that go back do no harm.
 */
export function foldRun(
  events: Iterable<JournalEvent>,
  children?: ReadonlyMap<string, RunRecord>,
): RunRecord {
  return renderRecord(foldDraft(events), children);
}

/** Applies events to a draft (a new one unless given) and gives it back. */
export function foldDraft(events: Iterable<JournalEvent>, draft: RunDraft = createDraft()): RunDraft {
  for (const event of events) applyEvent(draft, event);
  return draft;
}
