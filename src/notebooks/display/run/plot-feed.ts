import { openArtifact } from '../../../data/open-artifact.ts';
import type { ArtifactRecord } from '../../../tracking/run.ts';
import type { RunStore } from '../../../tracking/store.ts';
import { plotOutput, plotPreview } from '../plot-output.ts';
import type { DisplayPort } from '../port/display-port.ts';
import type { RunTracker } from './run-tracker.ts';

export interface PlotFeedOptions {
  readonly store: RunStore;
  readonly tracker: RunTracker;
  readonly port: DisplayPort;
  /** Beginning of the display ids of plots that stand beside the card. */
  readonly idPrefix: string;
}

/** Shows each plot that a run logs: images in its card, what a card cannot show in an output of its own. */
export class PlotFeed {
  readonly #options: PlotFeedOptions;
  readonly #taken = new Map<string, string>();
  readonly #loading = new Set<Promise<void>>();

  constructor(options: PlotFeedOptions) {
    this.#options = options;
  }

  take(record: ArtifactRecord): void {
    if (record.kind !== 'plot' || this.#taken.get(record.key) === record.digest) return;
    const isNew = !this.#taken.has(record.key);
    this.#taken.set(record.key, record.digest);
    // a plot that cannot be read is named in the card all the same
    const loading = this.#load(record, isNew).catch(() => undefined);
    this.#loading.add(loading);
    void loading.then(() => this.#loading.delete(loading));
  }

  /** Resolves when every plot that was taken is shown. */
  async settle(): Promise<void> {
    while (this.#loading.size > 0) await Promise.all(this.#loading);
  }

  async #load(record: ArtifactRecord, isNew: boolean): Promise<void> {
    const { store, tracker, port, idPrefix } = this.#options;
    const item = openArtifact(store, record);
    const preview = await plotPreview(record, item);
    if (preview !== undefined) {
      tracker.preview(record, preview);
      return;
    }
    const output = await plotOutput(record, item);
    if (output === undefined) return;
    const id = `${idPrefix}-${record.key}`;
    if (isNew) port.show(output.bundle, { id, ...(output.metadata && { metadata: output.metadata }) });
    else port.update(output.bundle, id);
  }
}
