import { existsSync } from 'node:fs';
import type { JournalEvent } from '../../../tracking/journal-event.ts';
import { journalStart, readJournal } from '../../../tracking/read-journal.ts';
import type { RunStore } from '../../../tracking/store.ts';

/** The events of a run as they come. */
export interface EventFeed {
  /** Resolves when all that is there now has been taken; from then on events are taken as they come. */
  open(): Promise<void>;
  /** Takes what is there now, where that can be done at once. */
  look(): void;
  /** Takes what came last, at once, and ends. */
  close(): Promise<void>;
}

export interface FeedOptions {
  readonly store: RunStore;
  readonly uid: string;
  /** Where the journal is, if on this machine. */
  readonly journal?: string;
  readonly take: (event: JournalEvent) => void;
}

/** Milliseconds between two looks at a journal; a card is drawn no more often. */
const lookMs = 300;

/** Reads the journal itself where it is on this machine, which costs a run that logs much the least; else asks the store. */
export function openEventFeed(options: FeedOptions): EventFeed {
  const { journal, take } = options;
  return journal !== undefined && existsSync(journal) ? journalFeed(journal, take) : storeFeed(options);
}

function journalFeed(journal: string, take: FeedOptions['take']): EventFeed {
  let position = journalStart;
  let timer: NodeJS.Timeout | undefined;
  const read = (): void => {
    try {
      for (let moved = true; moved; ) {
        const chunk = readJournal(journal, position);
        for (const event of chunk.events) take(event);
        moved = chunk.position.offset !== position.offset;
        position = chunk.position;
      }
    } catch {
      // a card shows what could be read; what is wrong with a journal is said by whoever needs all of it
      clearInterval(timer);
    }
  };
  return {
    async open() {
      read();
      timer = setInterval(read, lookMs);
      timer.unref();
    },
    look: read,
    async close() {
      clearInterval(timer);
      read();
    },
  };
}

function storeFeed({ store, uid, take }: FeedOptions): EventFeed {
  const ended = new AbortController();
  let last = 0;
  let following: Promise<void> = Promise.resolve();
  const read = async (options: Parameters<RunStore['events']>[1]): Promise<void> => {
    for await (const event of store.events(uid, { ...options, after: last })) {
      if (event.seq <= last) continue;
      last = event.seq;
      take(event);
    }
  };
  // as above: a card shows what could be read
  const tryRead = (options: Parameters<RunStore['events']>[1]): Promise<void> =>
    read(options).catch(() => undefined);
  return {
    async open() {
      await tryRead({});
      following = tryRead({ follow: true, signal: ended.signal });
    },
    look: () => undefined,
    async close() {
      ended.abort();
      await following;
      await tryRead({});
    },
  };
}
