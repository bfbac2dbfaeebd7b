import type { Cron } from 'croner';
import { openTimeZone, type TimeZone } from './time-zone.ts';

/** The times of a cron expression in a time zone; instants in milliseconds since 1970. They do not depend on what was asked before. */
export interface CronTimes {
  /** The first time after an instant; undefined where there is none. */
  next(after: number): number | undefined;
  /** The last times after `after` up to and with `until`, oldest first, no more than `max`. */
  last(after: number, until: number, max: number): readonly number[];
}

/** Reads a cron expression; throws an Error whose message says what is wrong with it. */
export type ReadCron = (expression: string, timezone: string) => CronTimes;

const nicknames: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/** The five fields that an expression or a nickname (`@daily`) stands for. */
export function cronFields(expression: string): readonly string[] {
  const trimmed = expression.trim();
  return (nicknames[trimmed.toLowerCase()] ?? trimmed).split(/\s+/);
}

/** Loads what reads cron expressions. */
export async function loadCron(): Promise<ReadCron> {
  const { Cron } = await import('croner');
  return (expression, timezone) => {
    const fields = cronFields(expression);
    const cron = new Cron(fields.join(' '), { mode: '5-part', utcOffset: 0, paused: true });
    const walls: Walls = (after) => nextWall(cron, after);
    const zone = openTimeZone(timezone);
    const next = fields[1] === '*' ? elapsedTimes(walls, zone) : wallTimes(walls, zone);
    return { next, last: lastTimes(next) };
  };
}

/** The first matching wall time after another. */
type Walls = (after: number) => number | undefined;

const nextWall = (cron: Cron, after: number): number | undefined => cron.nextRun(new Date(after))?.getTime();

/** Every hour, or several times an hour, goes on evenly through a change of the clocks: what they show twice matches twice. */
function elapsedTimes(walls: Walls, zone: TimeZone): CronTimes['next'] {
  return (after) => {
    for (let from = after + 1; ; ) {
      const offset = zone.offset(from);
      const wall = walls(from + offset - 1);
      if (wall === undefined) return undefined;
      const at = wall - offset;
      if (zone.offset(at) === offset) return at;
      from = zone.change(from, at);
    }
  };
}

/** Hours with changes of the clocks between them are looked at again from here on; milliseconds. */
const reachMs = 25 * 3_600_000;

/** Given hours come once for each matching wall time, whatever the clocks do. */
function wallTimes(walls: Walls, zone: TimeZone): CronTimes['next'] {
  return (after) => {
    const offset = zone.offset(after);
    const isSteady = zone.offset(after - reachMs) === offset && zone.offset(after + reachMs) === offset;
    let best: number | undefined;
    let wall: number | undefined = after + offset - (isSteady ? 0 : reachMs);
    for (;;) {
      wall = walls(wall);
      if (wall === undefined) return best;
      const at = zone.instant(wall);
      if (at > after && (best === undefined || at < best)) best = at;
      // a time that the clocks leave out comes after later ones
      if (best !== undefined && wall >= best + largestOffset(zone, best)) return best;
    }
  };
}

const largestOffset = (zone: TimeZone, at: number): number =>
  Math.max(zone.offset(at - reachMs), zone.offset(at), zone.offset(at + reachMs));

/** Looks back in growing windows: how long ago the start was must not matter. */
function lastTimes(next: CronTimes['next']): CronTimes['last'] {
  return (after, until, max) => {
    for (let span = 60_000 * max; ; span *= 4) {
      const from = Math.max(after, until - span);
      const found: number[] = [];
      for (let at = next(from); at !== undefined && at <= until; at = next(at)) found.push(at);
      if (found.length >= max || from === after) return found.slice(-max);
    }
  };
}
