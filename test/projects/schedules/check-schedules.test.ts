import { beforeAll, describe, expect, it } from 'vitest';
import { isSlipwayError } from '../../../src/core/error.ts';
import { parseProject } from '../../../src/projects/parse-project.ts';
import { loadCron, type ReadCron } from '../../../src/projects/schedules/cron-times.ts';

let read: ReadCron;
beforeAll(async () => {
  read = await loadCron();
});

const head = `name: demo
functions: [{ name: train, source: train.ts }]
pipelines: [{ name: main, file: main.ts }]
schedules:
`;

const refusal = (schedule: string): string => {
  try {
    parseProject(`${head}  - ${schedule}\n`, 'project.yaml', read);
  } catch (error) {
    if (isSlipwayError(error) && error.code === 'PROJECT_INVALID') return error.message;
    throw error;
  }
  throw new Error('it was taken');
};

describe('a schedule of project.yaml', () => {
  it('is taken with everything it may have', () => {
    const schedules = `  - { name: nightly, pipeline: main, cron: '30 6 * * 1-5', timezone: Europe/Berlin, params: { depth: 3 } }
  - { name: often, function: train, cron: '@hourly', inputs: { data: a.csv }, runtime: docker, labels: { team: a } }
  - { name: slow, pipeline: main, cron: '0 0 1 * *', catchUp: all, maxCatchUp: 3, overlap: replace, startingDeadline: 2h }
  - { name: cluster, pipeline: main, cron: '0 0 * * SUN', engine: argo, enabled: false, startingDeadline: 90 }
`;
    const spec = parseProject(head + schedules, 'project.yaml', read);
    expect(spec.schedules?.map(({ name }) => name)).toEqual(['nightly', 'often', 'slow', 'cluster']);
  });

  it.each([
    [
      '{ name: a, pipeline: mian, cron: "0 0 * * *" }',
      '5:26: pipeline "mian" does not exist in the project (did you mean "main"?)',
    ],
    [
      '{ name: a, function: x, cron: "0 0 * * *" }',
      '5:26: function "x" does not exist in the project (the project has: train)',
    ],
    ['{ name: a, cron: "0 0 * * *" }', '5:5: "schedules[0]" names neither a pipeline nor a function'],
    [
      '{ name: a, pipeline: main, function: train, cron: "0 0 * * *" }',
      'names both a pipeline and a function',
    ],
    [
      '{ name: a, pipeline: main, cron: "61 * * * *" }',
      '5:38: "schedules[0].cron": "61 * * * *" is not a cron expression: Invalid value for minute: 61',
    ],
    ['{ name: a, pipeline: main, cron: "0 0 30 2 *" }', '"0 0 30 2 *" never comes'],
    ['{ name: a, pipeline: main, cron: "* * * * * *" }', 'is not a cron expression of five fields'],
    [
      '{ name: a, pipeline: main, cron: "0 0 * * *", timezone: Mars }',
      '5:61: "schedules[0].timezone": "Mars" is not a time zone',
    ],
    [
      '{ name: a, pipeline: main, cron: "0 0 * * *", overlap: never }',
      '"schedules[0].overlap" cannot be "never"',
    ],
    [
      '{ name: a, pipeline: main, cron: "0 0 * * *", startingDeadline: soon }',
      'expects a time such as 30s, 10m or 2h',
    ],
    [
      '{ name: a, pipeline: main, cron: "0 0 * * *", maxCatchUp: 3 }',
      '"schedules[0].maxCatchUp" limits nothing here',
    ],
    [
      '{ name: a, pipeline: main, cron: "0 0 * * *", inputs: { a: b } }',
      '"schedules[0].inputs" is for functions',
    ],
    [
      '{ name: a, function: train, cron: "0 0 * * *", engine: argo }',
      '"schedules[0].engine" cannot be "argo" for a function',
    ],
    [
      '{ name: a, pipeline: main, cron: "0 0 * * *", concurrencyPolicy: Forbid }',
      'write overlap: allow | forbid | replace',
    ],
    ['{ name: "a/b", pipeline: main, cron: "0 0 * * *" }', 'schedule name "a/b" is not allowed'],
  ])('is refused with its place: %s', (schedule, message) => {
    expect(refusal(schedule)).toContain(message);
  });
});
