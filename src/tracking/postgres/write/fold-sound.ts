import type { SlipwayError } from '../../../core/error.ts';
import { applyEvent } from '../../apply-event.ts';
import { journalCorrupt } from '../../errors.ts';
import type { JournalEvent } from '../../journal-event.ts';
import type { RunDraft } from '../../run-draft.ts';

/** Applies events to a draft up to the first that is none: whoever sent it must not spoil the questions about other runs. */
export function foldSound(
  events: readonly JournalEvent[],
  draft: RunDraft,
): { readonly draft: RunDraft; readonly corrupt?: SlipwayError } {
  for (const event of events) {
    try {
      applyEvent(draft, event);
    } catch (cause) {
      const corrupt = journalCorrupt(`event ${event.seq} of run "${draft.uid}" is not one that can be read`, {
        hint: 'what came before it is shown; whatever sent it is no Slipway, or a newer one',
        cause,
      });
      return { draft, corrupt };
    }
  }
  return { draft };
}
