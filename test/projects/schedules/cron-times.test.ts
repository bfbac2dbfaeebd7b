import { beforeAll, describe, expect, it } from 'vitest';
import { loadCron, type ReadCron } from '../../../src/projects/schedules/cron-times.ts';

let read: ReadCron;
beforeAll(async () => {
  read = await loadCron();
});

const times = (expression: string, zone: string, after: string, count: number): readonly string[] => {
  const cron = read(expression, zone);
  const found: string[] = [];
  for (let at = cron.next(Date.parse(after)); at !== undefined && found.length < count; at = cron.next(at))
    found.push(new Date(at).toISOString().slice(0, 16));
  return found;
};

describe('the times of a cron expression', () => {
  it('are those of the wall clock of its time zone', () => {
    expect(times('30 6 * * 1-5', 'Asia/Kolkata', '2026-06-05T12:00Z', 2)).toEqual([
      '2026-06-08T01:00',
      '2026-06-09T01:00',
    ]);
    expect(times('@monthly', 'America/New_York', '2026-02-15T00:00Z', 2)).toEqual([
      '2026-03-01T05:00',
      '2026-04-01T04:00',
    ]);
  });

  it('come once, as long after the change as they would have been, where the clocks are set forward over them', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', 3)).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:30',
      '2026-03-30T00:30',
    ]);
  });

  it('come once, the first time, where the clocks show them twice', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T00:00Z', 3)).toEqual([
      '2026-10-24T00:30',
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  it('that come every hour go on every hour through both changes', () => {
    expect(times('*/30 * * * *', 'Europe/Berlin', '2026-10-24T23:40Z', 6)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
      '2026-10-25T02:00',
      '2026-10-25T02:30',
    ]);
    expect(times('0 * * * *', 'Europe/Berlin', '2026-03-28T23:30Z', 4)).toEqual([
      '2026-03-29T00:00',
      '2026-03-29T01:00',
      '2026-03-29T02:00',
      '2026-03-29T03:00',
    ]);
  });

  it('that fall together after a change are one time', () => {
    expect(times('30 2,3 * * *', 'Europe/Berlin', '2026-03-29T00:00Z', 2)).toEqual([
      '2026-03-29T01:30',
      '2026-03-30T00:30',
    ]);
  });

  it('do not depend on where one starts to look', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'UTC'];
    for (const zone of zones)
      for (const expression of ['30 2 * * *', '15 2,3 * * *', '45 * * * *', '*/20 1-3 * * *', '0 0 * * *'])
        for (const [from, to] of [
          ['2018-11-03T00:00Z', '2018-11-05T12:00Z'],
          ['2026-03-07T12:00Z', '2026-03-09T12:00Z'],
          ['2026-03-28T12:00Z', '2026-03-30T12:00Z'],
          ['2026-04-04T00:00Z', '2026-04-06T12:00Z'],
          ['2026-10-24T12:00Z', '2026-10-26T12:00Z'],
        ] as const) {
          const cron = read(expression, zone);
          const all = cron.last(Date.parse(from), Date.parse(to), 1000);
          expect(all.length).toBeGreaterThan(0);
          expect(all).toEqual([...new Set(all)].sort((a, b) => a - b));
          for (let at = Date.parse(from); at < Date.parse(to) - 86_400_000; at += 7 * 60_000)
            expect([zone, expression, at, cron.next(at)]).toEqual([
              zone,
              expression,
              at,
              all.find((time) => time > at),
            ]);
        }
  });

  it('are found at the end of a long time without walking through it', () => {
    const cron = read('* * * * *', 'Europe/Berlin');
    const until = Date.parse('2026-06-01T00:00:30Z');
    expect(cron.last(0, until, 3)).toEqual(
      ['2026-05-31T23:58Z', '2026-05-31T23:59Z', '2026-06-01T00:00Z'].map((text) => Date.parse(text)),
    );
    expect(read('0 0 29 2 *', 'UTC').last(0, until, 1)).toEqual([Date.parse('2024-02-29T00:00Z')]);
  });

  it('may never come', () => {
    expect(read('0 0 30 2 *', 'UTC').next(Date.parse('2026-01-01'))).toBeUndefined();
  });

  it('are refused where the expression or the zone is wrong', () => {
    expect(() => read('61 * * * *', 'UTC')).toThrow(/minute/);
    expect(() => read('0 0 * * * *', 'UTC')).toThrow();
    expect(() => read('0 0 * * *', 'Mars/Olympus')).toThrow(RangeError);
  });
});
