import type { RichOutput } from '../../../core/rich-output.ts';
import type { RunRecord } from '../../../tracking/run.ts';
import type { RunStore } from '../../../tracking/store.ts';
import { renderCard } from '../card/render-card.ts';
import { renderCardText } from '../card/render-card-text.ts';
import { viewRun } from './view-run.ts';

/** The card of a run of the store as it is now. */
export async function runOutput(
  store: RunStore,
  record: RunRecord,
  renderText: (record: RunRecord) => string,
): Promise<RichOutput> {
  const view = await viewRun(store, record);
  return {
    bundle: {
      'text/html': renderCard(view).markup,
      'text/plain': renderCardText(view, renderText(record)),
    },
  };
}
