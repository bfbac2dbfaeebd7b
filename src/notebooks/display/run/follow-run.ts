import { openArtifact } from '../../../data/open-artifact.ts';
import type { ArtifactRecord, RunRecord } from '../../../tracking/run.ts';
import type { RunStore } from '../../../tracking/store.ts';
import { plotOutput, plotPreview } from '../plot-output.ts';
import type { DisplayPort } from '../port/display-port.ts';
import type { LogStream } from './log-tail.ts';
import type { RunCard } from './run-card.ts';
import type { RunTracker } from './run-tracker.ts';

/** A run under way, as much of it as a card needs. */
export interface FollowedRun {
  readonly uid: string;
  readonly wait: () => Promise<RunRecord>;
  readonly logs?: () => AsyncIterable<{ readonly stream: LogStream; readonly text: string }>;
}

export interface FollowOptions {
  readonly store: RunStore;
  readonly tracker: RunTracker;
  readonly card: RunCard;
  readonly port: DisplayPort;
}

/** Events that are read once more rather than waited for. */
const fewEvents = 20_000;

/** Keeps a card up to date until the run has ended; gives its record. The card never fails a run. */
export async function followRun(run: FollowedRun, options: FollowOptions): Promise<RunRecord> {
  const { tracker, card } = options;
  const ended = new AbortController();
  const plots = new PlotFeed(options);
  const events = followEvents(run.uid, options, plots, ended.signal).catch(() => undefined);
  try {
    const [record] = await Promise.all([run.wait(), followLogs(run, options)]);
    // what was written last is read here and now: the notice of it takes longer than many a run
    if (tracker.seq > fewEvents) await events;
    ended.abort();
    await events;
    await catchUp(run.uid, options, plots).catch(() => undefined);
    tracker.end(record);
    for (const artifact of record.artifacts) plots.take(artifact);
    await plots.settle();
    return record;
  } finally {
    ended.abort();
    card.end();
  }
}

async function followEvents(
  uid: string,
  { store, tracker }: FollowOptions,
  plots: PlotFeed,
  signal: AbortSignal,
): Promise<void> {
  for await (const event of store.events(uid, { follow: true, signal })) {
    tracker.event(event);
    if (event.kind === 'artifact') plots.take(event.artifact);
  }
}

async function catchUp(uid: string, { store, tracker }: FollowOptions, plots: PlotFeed): Promise<void> {
  for await (const event of store.events(uid, { after: tracker.seq })) {
    tracker.event(event);
    if (event.kind === 'artifact') plots.take(event.artifact);
  }
}

async function followLogs({ logs }: FollowedRun, { tracker }: FollowOptions): Promise<void> {
  for await (const { stream, text } of logs?.() ?? []) tracker.log(stream, text);
}

/** Shows each plot that a run logs: images in its card, what a card cannot show in an output of its own. */
class PlotFeed {
  readonly #options: FollowOptions;
  readonly #taken = new Map<string, string>();
  readonly #loading = new Set<Promise<void>>();

  constructor(options: FollowOptions) {
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

  async settle(): Promise<void> {
    while (this.#loading.size > 0) await Promise.all(this.#loading);
  }

  async #load(record: ArtifactRecord, isNew: boolean): Promise<void> {
    const { store, tracker, card, port } = this.#options;
    const item = openArtifact(store, record);
    const preview = await plotPreview(record, item);
    if (preview !== undefined) {
      tracker.preview(record, preview);
      return;
    }
    const output = await plotOutput(record, item);
    if (output === undefined) return;
    const id = `${card.id}-${record.key}`;
    if (isNew) port.show(output.bundle, { id, ...(output.metadata && { metadata: output.metadata }) });
    else port.update(output.bundle, id);
  }
}
