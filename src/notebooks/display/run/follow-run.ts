import { onPulse } from '../../../core/pulse.ts';
import type { RunRecord } from '../../../tracking/run.ts';
import type { RunStore } from '../../../tracking/store.ts';
import type { DisplayPort } from '../port/display-port.ts';
import { openEventFeed } from './event-feed.ts';
import type { LogStream } from './log-tail.ts';
import { PlotFeed } from './plot-feed.ts';
import { RunCard } from './run-card.ts';
import type { RunTracker } from './run-tracker.ts';

/** A run under way, as much of it as a card needs. */
export interface FollowedRun {
  readonly uid: string;
  readonly wait: () => Promise<RunRecord>;
  readonly logs?: () => AsyncIterable<{ readonly stream: LogStream; readonly text: string }>;
}

export interface FollowOptions {
  readonly store: RunStore;
  /** Where the run's journal is, if on this machine. */
  readonly journal?: string;
  readonly tracker: RunTracker;
  readonly port: DisplayPort;
  /** The record as text, for the card's plain twin. */
  readonly renderText: (record: RunRecord) => string;
}

/** How a followed run ended, and the card that says so. */
export interface FollowedEnd {
  readonly record: RunRecord;
  readonly card: RunCard;
}

/** Shows the card of a run and keeps it up to date until the run has ended. What goes wrong with the card never fails the run. */
export async function followRun(run: FollowedRun, options: FollowOptions): Promise<FollowedEnd> {
  const { store, journal, tracker, port, renderText } = options;
  const plots = new PlotFeed({ store, tracker, port, idPrefix: `slipway-${run.uid}` });
  const feed = openEventFeed({
    store,
    ...(journal === undefined ? {} : { journal }),
    uid: run.uid,
    take(event) {
      tracker.event(event);
      if (event.kind === 'artifact') plots.take(event.artifact);
    },
  });
  // the first state that is drawn has the run's name at least
  await feed.open();
  const card = new RunCard({ port, tracker, renderText });
  // a handler that never awaits leaves no other moment
  const unwatch = onPulse(() => card.drawIfDue(() => feed.look()));
  try {
    const [record] = await Promise.all([run.wait(), followLogs(run, tracker)]);
    await feed.close();
    tracker.end(record);
    for (const artifact of record.artifacts) plots.take(artifact);
    await plots.settle();
    return { record, card };
  } finally {
    unwatch();
    await feed.close();
    card.end();
  }
}

async function followLogs({ logs }: FollowedRun, tracker: RunTracker): Promise<void> {
  for await (const { stream, text } of logs?.() ?? []) tracker.log(stream, text);
}
