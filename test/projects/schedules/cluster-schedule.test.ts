import { beforeAll, describe, expect, it } from 'vitest';
import { isSlipwayError } from '../../../src/core/error.ts';
import { clusterSchedule } from '../../../src/projects/schedules/cluster-schedule.ts';
import { loadCron, type ReadCron } from '../../../src/projects/schedules/cron-times.ts';
import { createSchedule, type Schedule } from '../../../src/projects/schedules/schedule.ts';
import type { ScheduleEntry } from '../../../src/projects/schedules/schedule-entry.ts';

let read: ReadCron;
beforeAll(async () => {
  read = await loadCron();
});

const schedule = (entry: Partial<ScheduleEntry>): Schedule =>
  createSchedule({ name: 'nightly', pipeline: 'main', cron: '0 3 * * *', engine: 'argo', ...entry }, read);

describe('a schedule that a cluster keeps', () => {
  it.each([
    ['0 3 * * *', '0 3 * * *'],
    ['@daily', '0 0 * * *'],
    [' @Weekly ', '0 0 * * 0'],
    ['*/15 8-18/2 1,15 JAN-mar,12 *', '*/15 8-18/2 1,15 JAN-mar,12 *'],
    ['0 3 * * */2', '0 3 * * */2'],
    ['0 3 * * */7', '0 3 * * */7'],
    ['0 3 * * 0', '0 3 * * 0'],
    ['0 3 * * SUN', '0 3 * * SUN'],
    ['0 3 * * sun-tue', '0 3 * * sun-tue'],
    ['0 3 * * Mon-Fri', '0 3 * * Mon-Fri'],
    ['7 7 7 7 1-5', '7 7 7 7 1-5'],
    ['0 3 * * 7', '0 3 * * 0'],
    ['0 3 * * 07', '0 3 * * 0'],
    ['0 3 * * 7-7', '0 3 * * 0'],
    ['0 3 * * 1,7', '0 3 * * 0,1'],
    ['0 3 * * sat,7', '0 3 * * 0,6'],
    ['0 3 * * 5-7', '0 3 * * 0,5,6'],
    ['0 3 * * FRI-SUN', '0 3 * * 0,5,6'],
    ['0 3 * * 5-Sun,2', '0 3 * * 0,2,5,6'],
    ['0 3 * * 5-7/2', '0 3 * * 0,5'],
    ['0 3 * * */3,6-7', '0 3 * * 0,3,6'],
    ['0 3 * * 1-7', '0 3 * * 0,1,2,3,4,5,6'],
    ['0 3 * * sun-sun', '0 3 * * 0,1,2,3,4,5,6'],
    // days of the month or of the week, so no `*` that would leave one of them alone
    ['0 3 13 * 1-7', '0 3 13 * 0,1,2,3,4,5,6'],
    ['0 3 13 * */1', '0 3 13 * 0,1,2,3,4,5,6'],
    ['0 3 13 * *,1', '0 3 13 * 0,1,2,3,4,5,6'],
    ['0 3 */1 * 1', '0 3 1-31 * 1'],
    ['0 3 5,* * 1', '0 3 1-31 * 1'],
    ['0 3 */2 * 1', '0 3 */2 * 1'],
  ])('says "%s" in the standard cron of clusters, "%s"', (given, written) => {
    const { cron } = clusterSchedule(schedule({ cron: given }));
    expect(cron).toBe(written);
    const times = (expression: string) => read(expression, 'UTC').last(0, Date.parse('2026-03-31'), 90);
    expect(times(cron)).toEqual(times(given));
  });

  it.each([
    '0 3 L * *',
    '0 3 l * *',
    '0 3 LW * *',
    '0 3 15w * *',
    '0 3 * * 5L',
    '0 3 * * fril',
    '0 3 * * 7#1',
    '0 3 1 * +1',
    '0 3 ? * 1',
    // taken for numbers elsewhere
    '0 3 5* * *',
    '0 3 */2* * *',
    '0 3 * 1-3* *',
    '0 3 * janfeb *',
    '0 3 * * sunmon',
  ])('is refused where standard cron has no words for it: %s', (cron) => {
    const made = schedule({ cron });
    try {
      clusterSchedule(made);
    } catch (error) {
      expect(isSlipwayError(error) && [error.code, error.message]).toEqual([
        'SCHEDULE_NOT_PORTABLE',
        `schedule "nightly" cannot be kept by a cluster: "${cron}" uses more than standard cron`,
      ]);
      return;
    }
    throw new Error('it was taken');
  });

  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['utc', 'UTC'],
    ['US/Pacific', 'US/Pacific'],
  ])('names its time zone as clusters look it up: %s', (timezone, written) => {
    expect(clusterSchedule(schedule({ timezone })).timezone).toBe(written);
  });
});
