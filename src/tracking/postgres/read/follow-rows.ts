import type { ChangeWatch } from '../../follow-change.ts';
import type { JournalEvent } from '../../journal-event.ts';
import { type RunState, terminalStates } from '../../run.ts';
import type { ChangeFeed } from '../change-feed.ts';
import type { Database } from '../database.ts';

export interface FollowOptions {
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
  /** Whether the run has ended, also where its own journal does not say so. */
  readonly isOver: () => Promise<boolean>;
}

/** Milliseconds after which to look although nothing was told. */
const pollMs = 1000;
/** Events or parts of output that are read at once. */
const pageSize = 1000;

/** The events of a journal, as they come, whichever server takes them. */
export async function* followEvents(
  { database, feed }: { readonly database: Database; readonly feed: ChangeFeed },
  journal: number,
  options: FollowOptions & { readonly after?: number },
): AsyncGenerator<JournalEvent> {
  const { follow = false, signal, isOver } = options;
  let after = options.after ?? 0;
  let state: RunState | undefined;
  let over = false;
  const changes = follow ? await feed.watch(journal) : undefined;
  try {
    while (!signal?.aborted) {
      const page = await readEvents(database, journal, after);
      for (const event of page) {
        after = event.seq;
        if (event.kind === 'state') state = event.state;
        if (event.kind === 'attempt') state = 'pending';
        yield event;
        if (signal?.aborted) return;
      }
      if (page.length > 0) continue;
      if (!changes || over || (state && terminalStates.has(state))) return;
      // what it wrote last may have come since this page was read
      over = await isOver();
      if (!over) await changes.next(pollMs, signal);
    }
  } finally {
    changes?.close();
  }
}

async function readEvents(
  database: Database,
  journal: number,
  after: number,
): Promise<readonly JournalEvent[]> {
  const found = (await database.query({
    name: 'read events',
    text: `SELECT body FROM events WHERE run = $1 AND seq > $2 ORDER BY seq LIMIT ${pageSize}`,
    values: [journal, after],
  })) as readonly { body: string }[];
  return found.map(({ body }) => JSON.parse(body) as JournalEvent);
}

/** The output of a run from a byte on, as it comes. */
export async function* followOutput(
  { database, feed }: { readonly database: Database; readonly feed: ChangeFeed },
  journal: number,
  options: FollowOptions & { readonly offset?: number },
): AsyncGenerator<Uint8Array> {
  const { follow = false, signal, isOver } = options;
  let offset = options.offset ?? 0;
  const changes: ChangeWatch | undefined = follow ? await feed.watch(journal) : undefined;
  try {
    while (!signal?.aborted) {
      // asked before reading: what was written before the end is then read for sure
      const ended = !changes || (await isOver());
      const parts = await readOutput(database, journal, offset);
      for (const bytes of parts) {
        offset += bytes.length;
        yield bytes;
      }
      if (parts.length > 0) continue;
      if (ended) return;
      await changes?.next(pollMs, signal);
    }
  } finally {
    changes?.close();
  }
}

/** Some parts of the output from a byte on; the first one cut to begin there. */
export async function readOutput(
  database: Database,
  journal: number,
  offset: number,
): Promise<readonly Uint8Array[]> {
  const found = (await database.query({
    name: 'read output',
    text: `SELECT start, bytes FROM output WHERE run = $1 AND start >=
      coalesce((SELECT max(start) FROM output WHERE run = $1 AND start <= $2), 0) ORDER BY start LIMIT 16`,
    values: [journal, offset],
  })) as readonly { start: number; bytes: Buffer }[];
  return found
    .map(({ start, bytes }) => bytes.subarray(Math.max(0, offset - start)))
    .filter(({ length }) => length > 0);
}
