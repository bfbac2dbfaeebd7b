import { setTimeout as delay } from 'node:timers/promises';
import { isoTime, systemClock } from '../../core/clock.ts';
import { errorRecord, type SlipwayError } from '../../core/error.ts';
import type { NotificationDelivery, RunRecord } from '../../tracking/run.ts';
import { matchesFilter } from '../../tracking/search/evaluate-filter.ts';
import { parseFilter } from '../../tracking/search/parse-filter.ts';
import { completeRunFields } from '../../tracking/search/search-fields.ts';
import type { RunStore } from '../../tracking/store.ts';
import { endMoments, type NotificationMoment } from './notification-entry.ts';
import type { Outbox, OutboxItem } from './outbox.ts';
import { type SendOptions, sendNotification } from './send/send-notification.ts';
import type { SendResult } from './send/send-result.ts';

export interface DeliverOptions extends SendOptions {
  readonly store: RunStore;
  readonly outbox: Outbox;
  /** Hears what could not be sent, and why. */
  readonly warn: (line: string) => void;
  /** Milliseconds for all tries together. */
  readonly withinMs: number;
}

/** Milliseconds before the second try; doubled for each further one. */
const firstDelayMs = 500;
/** Tries of one process, and of all. */
const triesAtOnce = 4;
const mostTries = 20;
/** Milliseconds after which a notification comes too late to be tried again unasked. */
const tooLateMs = 3 * 86_400_000;

/**
 * Tells of a run by one notification of the outbox, trying again as long as that makes sense and there is time, and notes with the run
 * what became of it. Undefined where the notification has nothing to say about this state.
 */
export async function deliver(
  item: OutboxItem,
  record: RunRecord,
  options: DeliverOptions,
): Promise<NotificationDelivery | undefined> {
  const { outbox } = options;
  const { when = endMoments, condition } = item.notification;
  if (!when.includes(record.state as NotificationMoment)) {
    outbox.remove(item);
    return undefined;
  }
  if (condition !== undefined && !holds(condition, record)) {
    outbox.remove(item);
    return note(item, record, options, { state: 'skipped', attempts: item.attempts });
  }
  const { attempts, result } = await trySeveralTimes(item, record, options);
  return settle({ ...item, attempts }, record, options, result);
}

const holds = (condition: string, record: RunRecord): boolean =>
  matchesFilter(parseFilter(condition).condition, completeRunFields(record));

async function trySeveralTimes(
  item: OutboxItem,
  record: RunRecord,
  options: DeliverOptions,
): Promise<{ readonly attempts: number; readonly result: SendResult }> {
  const deadline = systemClock.monotonic() + options.withinMs;
  for (let tries = 1; ; tries++) {
    const result = await sendNotification(item.notification, record, options);
    const attempts = item.attempts + tries;
    if (result.sent || !result.retry || tries === triesAtOnce) return { attempts, result };
    const waitMs = Math.max(result.retryAfterMs ?? 0, firstDelayMs * 2 ** (tries - 1));
    // who asks to be left alone for longer is asked again by the next process
    if (systemClock.monotonic() + waitMs > deadline || options.signal.aborted) return { attempts, result };
    await delay(waitMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

async function settle(
  item: OutboxItem,
  record: RunRecord,
  options: DeliverOptions,
  result: SendResult,
): Promise<NotificationDelivery> {
  const { outbox, warn } = options;
  const { attempts, notification } = item;
  if (result.sent) {
    const delivery = await note(item, record, options, { state: 'sent', attempts });
    outbox.remove(item);
    return delivery;
  }
  const { error, retry } = result;
  const isLate = Date.now() - Date.parse(item.createdAt) > tooLateMs;
  const failed = !retry || attempts >= mostTries || isLate;
  const { owner: _, ...released } = item;
  outbox.save({ ...released, failed });
  warn(`notification "${notification.name}" was not sent: ${error.message}${hintOf(error)}`);
  const { code, message } = error;
  return note(item, record, options, {
    state: failed ? 'failed' : 'pending',
    attempts,
    error: { code, message },
  });
}

const hintOf = ({ hint }: SlipwayError): string => (hint === undefined ? '' : ` (${hint})`);

async function note(
  { notification, uid }: OutboxItem,
  record: RunRecord,
  { store, warn }: DeliverOptions,
  outcome: Pick<NotificationDelivery, 'state' | 'attempts' | 'error'>,
): Promise<NotificationDelivery> {
  const { name, kind } = notification;
  const delivery = { name, kind, on: record.state, at: isoTime(Date.now()), ...outcome };
  try {
    await store.noteNotification(uid, delivery);
  } catch (error) {
    // the run has ended well or badly whatever becomes of this note
    warn(`what became of notification "${name}" could not be recorded: ${errorRecord(error).message}`);
  }
  return delivery;
}
