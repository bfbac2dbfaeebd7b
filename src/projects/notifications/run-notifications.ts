import { errorRecord } from '../../core/error.ts';
import { runNotFound } from '../../tracking/errors.ts';
import { type NotificationDelivery, type RunRecord, terminalStates } from '../../tracking/run.ts';
import type { Workspace } from '../workspace.ts';
import { type DeliverOptions, deliver } from './deliver.ts';
import { endMoments, type NamedNotification, type NotificationRequest } from './notification-entry.ts';
import { Outbox, type OutboxItem } from './outbox.ts';
import { selectNotifications } from './project-notifications.ts';

/** Milliseconds for the notifications about a run that has ended, and for those that were left over before. */
const endWithinMs = 30_000;
/** The same where the user has asked to stop: whatever is not sent by then is left to the next process. */
const stoppedWithinMs = 5_000;

/** Tells of one run. Never throws: what cannot be sent is told, and left to the next process. */
export interface RunNotifications {
  /** The run has begun. */
  begun(): void;
  /** The run has ended; gives the record with what became of the notifications. */
  ended(record: RunRecord): Promise<RunRecord>;
  /** The run could not be started. */
  discard(): void;
}

/**
 * Prepares the notifications about a run before it is created: they are durable from here on. Also sends, meanwhile, what earlier processes
 * have left. Undefined, and next to free, where there is nothing to tell. Throws what is wrong with those of the request.
 */
export async function prepareNotifications(
  workspace: Workspace,
  uid: string,
  request: NotificationRequest & { readonly signal?: AbortSignal },
): Promise<RunNotifications | undefined> {
  const entries = await selectNotifications(workspace, request);
  const outbox = openOutbox(workspace);
  const overdue = outbox.isEmpty() ? undefined : retryNotifications(workspace, { all: false });
  if (entries.length === 0 && overdue === undefined) return undefined;
  return new Teller({ workspace, uid, outbox, entries, overdue, signal: request.signal });
}

interface TellerOptions {
  readonly workspace: Workspace;
  readonly uid: string;
  readonly outbox: Outbox;
  readonly entries: readonly NamedNotification[];
  readonly overdue: Promise<unknown> | undefined;
  readonly signal: AbortSignal | undefined;
}

class Teller implements RunNotifications {
  readonly #options: TellerOptions;
  readonly #begin: readonly OutboxItem[];
  readonly #end: readonly OutboxItem[];
  readonly #underWay: Promise<unknown>[];

  constructor(options: TellerOptions) {
    const { entries, outbox, uid, overdue } = options;
    this.#options = options;
    const add = (
      moment: OutboxItem['moment'],
      wanted: (entry: NamedNotification) => boolean,
    ): readonly OutboxItem[] =>
      entries.filter(wanted).map((notification) => outbox.add({ uid, notification, moment }));
    this.#begin = add('begin', ({ when = endMoments }) => when.includes('running'));
    this.#end = add('end', ({ when = endMoments }) => when.some((state) => state !== 'running'));
    this.#underWay = overdue === undefined ? [] : [overdue];
  }

  begun(): void {
    if (this.#begin.length > 0) this.#underWay.push(this.#tellBegin());
  }

  async ended(record: RunRecord): Promise<RunRecord> {
    const { workspace, signal } = this.#options;
    const within = signal?.aborted ? stoppedWithinMs : endWithinMs;
    const options = deliverOptions(workspace, AbortSignal.timeout(within), within);
    const told = await Promise.all(
      this.#end.map((item) => quietly(options, () => deliver(item, record, options))),
    );
    await Promise.race([Promise.allSettled(this.#underWay), fired(options.signal)]);
    if (this.#begin.length === 0 && told.every((one) => one === undefined)) return record;
    return await latest(workspace, record, told);
  }

  discard(): void {
    for (const item of [...this.#begin, ...this.#end]) this.#options.outbox.remove(item);
  }

  async #tellBegin(): Promise<void> {
    const { workspace, uid } = this.#options;
    const options = deliverOptions(workspace, AbortSignal.timeout(endWithinMs), endWithinMs);
    await quietly(options, async () => {
      const record = { ...(await workspace.store.getRun(uid)), state: 'running' as const };
      await Promise.all(this.#begin.map((item) => deliver(item, record, options)));
    });
  }
}

/** The record with the notes; those that could not be recorded are in it all the same. */
async function latest(
  { store }: Workspace,
  record: RunRecord,
  told: readonly (NotificationDelivery | undefined)[],
): Promise<RunRecord> {
  const known = await store.getRun(record.uid).catch(() => undefined);
  const notifications = known?.notifications ?? told.filter((one) => one !== undefined);
  return notifications.length === 0 ? record : { ...record, notifications };
}

/** What became of a notification that was left over. */
export interface RetriedNotification {
  readonly uid: string;
  readonly delivery: NotificationDelivery;
}

/**
 * Sends what earlier processes have left, of runs that have ended; with `all` also what they have given up. Two processes never send the
 * same one.
 */
export async function retryNotifications(
  workspace: Workspace,
  {
    all,
    uid: only,
    signal = AbortSignal.timeout(endWithinMs),
  }: { readonly all: boolean; readonly uid?: string; readonly signal?: AbortSignal },
): Promise<readonly RetriedNotification[]> {
  const outbox = openOutbox(workspace);
  const options = deliverOptions(workspace, signal, endWithinMs);
  const wanted = ({ failed = false, uid }: OutboxItem): boolean =>
    (all || !failed) && (only === undefined || only === uid);
  const items = (await quietly(options, () => outbox.adopt(signal, wanted))) ?? [];
  const told = await Promise.all(items.map((item) => quietly(options, () => retryItem(item, options))));
  return told.filter((one) => one !== undefined);
}

async function retryItem(
  item: OutboxItem,
  options: DeliverOptions,
): Promise<RetriedNotification | undefined> {
  const { store, outbox } = options;
  const { uid, moment } = item;
  const release = (): undefined => {
    const { owner: _, ...released } = item;
    outbox.save(released);
  };
  try {
    const record = await store.getRun(uid);
    // somebody else goes on with it, and tells when it has ended
    if (moment === 'end' && !terminalStates.has(record.state)) return release();
    const told = moment === 'begin' ? { ...record, state: 'running' as const } : record;
    const delivery = await deliver(item, told, options);
    return delivery && { uid, delivery };
  } catch (error) {
    // it never began, or is gone
    if (runNotFound.is(error)) outbox.remove(item);
    else release();
    if (!runNotFound.is(error)) throw error;
    return undefined;
  }
}

/** What goes wrong around a notification is said, and changes nothing else. */
async function quietly<T>({ warn }: DeliverOptions, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    warn(`notifications could not be sent: ${errorRecord(error).message}`);
    return undefined;
  }
}

export function openOutbox({ project }: Workspace): Outbox {
  return new Outbox({ storeDirectory: project.storeDirectory, project: project.name });
}

function deliverOptions(workspace: Workspace, signal: AbortSignal, withinMs: number): DeliverOptions {
  // not as progress, which can be turned off
  const print = (line: string): void => console.error(line);
  const { store, env } = workspace;
  return { store, env, outbox: openOutbox(workspace), print, warn: print, signal, withinMs };
}

const fired = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
