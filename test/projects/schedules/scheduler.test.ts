import { EventEmitter, once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listSchedules, showSchedule } from '../../../src/projects/schedules/list-schedules.ts';
import { ScheduleLog } from '../../../src/projects/schedules/schedule-log.ts';
import { buildScript } from '../../runtime/build-script.ts';
import { startScript } from '../../tracking/child.ts';
import {
  SetClock,
  scheduledPipeline,
  scheduledProject,
  scheduledRuns,
  startScheduler,
  withProject,
} from './support.ts';

const times = async (directory: string): Promise<readonly string[]> =>
  (await scheduledRuns(directory)).map(([at]) => at).sort();

describe('a scheduler', () => {
  it('starts the run of each time once, however many processes look after the project', async () => {
    const directory = scheduledProject("cron: '0 * * * *', labels: { team: a }");
    const clock = new SetClock('2026-03-01T10:30Z');
    const schedulers = [1, 2, 3].map(() => startScheduler(directory, clock));
    await clock.asleep(3);
    for (const hour of ['11', '12']) {
      await clock.set(`2026-03-01T${hour}:00:00.005Z`, 3);
      const started = schedulers.map(({ sees }) =>
        sees((event) => event.type === 'ended' && new Date(event.at).getUTCHours() === Number(hour)),
      );
      await Promise.race(started);
    }
    const runs = await scheduledRuns(directory);
    expect(runs.map(([at, { state }]) => [at, state])).toEqual([
      ['2026-03-01T11:00', 'completed'],
      ['2026-03-01T12:00', 'completed'],
    ]);
    expect(runs[0]?.[1].labels).toEqual({
      schedule: 'every',
      'scheduled-at': '2026-03-01T11:00:00.000Z',
      team: 'a',
    });
  });

  it('starts no time twice when the clock is set back, and waits for no time that a wrong clock showed', async () => {
    const directory = scheduledProject("cron: '0 * * * *'");
    const clock = new SetClock('2026-03-01T10:30Z');
    const { sees } = startScheduler(directory, clock);
    await clock.asleep();
    const ended = (at: string) => sees((event) => event.type === 'ended' && event.at === Date.parse(at));
    await clock.set('2026-03-01T11:00:01Z');
    await ended('2026-03-01T11:00Z');
    await clock.set('2026-03-01T10:59:00Z');
    await clock.set('2026-03-01T11:00:00.001Z');
    await clock.set('2031-01-01T00:00:00.001Z');
    await ended('2031-01-01T00:00Z');
    await clock.set('2026-03-01T12:00:00.001Z');
    await ended('2026-03-01T12:00Z');
    expect(await times(directory)).toEqual(['2026-03-01T11:00', '2026-03-01T12:00', '2031-01-01T00:00']);
  });

  it.each([
    ['catchUp: none', []],
    ['catchUp: last', ['2026-03-01T14:00']],
    ['catchUp: all', ['2026-03-01T11:00', '2026-03-01T12:00', '2026-03-01T13:00', '2026-03-01T14:00']],
    ['catchUp: all, maxCatchUp: 2', ['2026-03-01T13:00', '2026-03-01T14:00']],
    ['catchUp: all, startingDeadline: 100m', ['2026-03-01T13:00', '2026-03-01T14:00']],
  ])('makes up for missed times as the schedule says: %s', async (options, expected) => {
    const directory = scheduledProject(`cron: '0 * * * *', ${options}`);
    const clock = new SetClock('2026-03-01T10:30Z');
    const before = startScheduler(directory, clock);
    await clock.asleep();
    await before.stop();
    const later = new SetClock('2026-03-01T14:20Z');
    const after = startScheduler(directory, later);
    await later.asleep();
    const last = expected.at(-1);
    if (last !== undefined)
      await after.sees((event) => event.type === 'ended' && event.at === Date.parse(`${last}Z`));
    expect(await times(directory)).toEqual(expected);
    const leftOut = after.events.filter(({ type }) => type === 'left-out');
    expect(leftOut).toHaveLength(expected.length === 4 || options === 'catchUp: last' ? leftOut.length : 1);
    expect(leftOut.length).toBeLessThanOrEqual(1);
  });

  it('leaves a time out, waits or replaces while the run before goes on, as the schedule says', async () => {
    const flag = path.join(scheduledProject("cron: '0 * * * *'"), 'go');
    for (const overlap of ['forbid', 'allow', 'replace']) {
      const directory = scheduledProject(
        `cron: '0 * * * *', overlap: ${overlap}, params: { until: '${flag}-${overlap}' }`,
      );
      const clock = new SetClock('2026-03-01T10:30Z');
      const { sees } = startScheduler(directory, clock);
      await clock.asleep();
      await clock.set('2026-03-01T11:00:01Z');
      await sees(({ type }) => type === 'started');
      await clock.set('2026-03-01T12:00:01Z');
      const second = await sees(
        (event) => 'at' in event && event.at === Date.parse('2026-03-01T12:00Z') && event.type !== 'ended',
      );
      expect([overlap, second.type]).toEqual([overlap, overlap === 'forbid' ? 'left-out' : 'started']);
      writeFileSync(`${flag}-${overlap}`, '');
      const last = overlap === 'forbid' ? '11' : '12';
      await sees((event) => event.type === 'ended' && event.at === Date.parse(`2026-03-01T${last}:00Z`));
      const states = (await scheduledRuns(directory)).map(([, { state }]) => state).sort();
      if (overlap === 'forbid') expect(states).toEqual(['completed']);
      if (overlap === 'replace') expect(states).toEqual(['aborted', 'completed']);
      if (overlap === 'allow') expect(states).toHaveLength(2);
    }
  });

  it('starts nothing while the schedule is paused, and leaves out what passed then', async () => {
    const directory = scheduledProject("cron: '0 * * * *', catchUp: all");
    const clock = new SetClock('2026-03-01T10:30Z');
    const { sees } = startScheduler(directory, clock);
    await clock.asleep();
    const storeDirectory = path.join(directory, '.slipway');
    const log = new ScheduleLog({ storeDirectory, project: 'demo', schedule: 'every', clock });
    log.pause('a holiday');
    await clock.set('2026-03-01T11:00:01Z');
    const [view] = await withProject(directory, (workspace) => listSchedules(workspace, clock.now()));
    expect(view).toMatchObject({ state: 'paused', reason: 'a holiday', next: null, last: null });
    log.resume();
    await clock.set('2026-03-01T11:30:00Z');
    await clock.set('2026-03-01T12:00:00.001Z');
    await sees((event) => event.type === 'ended' && event.at === Date.parse('2026-03-01T12:00Z'));
    expect(await times(directory)).toEqual(['2026-03-01T12:00']);
  });

  it.each(['enabled: false', 'engine: argo'])(
    'makes up for nothing that passed while project.yaml said %s, over a restart too',
    async (away) => {
      const directory = scheduledPipeline("cron: '0 * * * *', catchUp: all");
      const file = path.join(directory, 'project.yaml');
      const here = readFileSync(file, 'utf8');
      const clock = new SetClock('2026-03-01T10:30Z');
      const fire = async () => ({ ended: Promise.resolve() });
      const before = startScheduler(directory, clock, fire);
      await clock.asleep();
      writeFileSync(file, here.replace('catchUp: all', `catchUp: last, ${away}`));
      await clock.set('2026-03-01T10:31Z');
      await clock.set('2026-03-01T11:00:01Z');
      await before.stop();
      writeFileSync(file, here);
      const later = new SetClock('2026-03-01T13:30Z');
      const after = startScheduler(directory, later, fire);
      await later.asleep();
      await later.set('2026-03-01T14:00:00.001Z');
      await after.sees((event) => event.type === 'started' && event.at === Date.parse('2026-03-01T14:00Z'));
      const told = [...before.events, ...after.events].filter(
        ({ type }) => type !== 'loaded' && type !== 'ended',
      );
      expect(told).toHaveLength(1);
    },
  );

  it('follows project.yaml as it is saved, and starts nothing while that is wrong', async () => {
    const directory = scheduledProject("cron: '0 * * * *'");
    const clock = new SetClock('2026-03-01T10:30Z');
    const { sees } = startScheduler(directory, clock);
    await clock.asleep();
    const file = path.join(directory, 'project.yaml');
    writeFileSync(file, 'name: demo\nschedules: [{ name: every, cron: daily }]\n');
    await clock.set('2026-03-01T10:31Z');
    expect(await sees(({ type }) => type === 'invalid')).toMatchObject({
      error: { code: 'PROJECT_INVALID' },
    });
    await clock.set('2026-03-01T11:00:01Z');
    expect(await sees(({ type }) => type === 'failed')).toMatchObject({ error: { code: 'PROJECT_INVALID' } });
    writeFileSync(
      file,
      "name: demo\nfunctions: [{ name: work, source: work.ts }]\nschedules: [{ name: every, function: work, cron: '15 * * * *', catchUp: all }]\n",
    );
    await clock.set('2026-03-01T11:05Z');
    await clock.set('2026-03-01T11:15:01Z');
    await sees((event) => event.type === 'ended' && event.at === Date.parse('2026-03-01T11:15Z'));
    expect(await times(directory)).toEqual(['2026-03-01T11:15']);
  });

  it('that is stopped before a run began leaves its time to the next one', async () => {
    const directory = scheduledProject("cron: '0 * * * *'");
    const clock = new SetClock('2026-03-01T10:30Z');
    const firings = new EventEmitter();
    const { stop } = startScheduler(directory, clock, async (_firing, signal) => {
      firings.emit('begun');
      await once(signal, 'abort');
      throw new Error('it was stopped while it loaded the project');
    });
    await clock.asleep();
    await Promise.all([once(firings, 'begun'), clock.set('2026-03-01T11:00:01Z')]);
    await stop();
    const { times: known } = await withProject(directory, (workspace) =>
      showSchedule(workspace, 'every', { now: clock.now(), limit: 5 }),
    );
    expect(known).toMatchObject([{ at: '2026-03-01T11:00:00.000Z', state: 'claimed' }]);
  });

  it('says what could not be started, once, with the reason', async () => {
    const directory = scheduledProject("cron: '0 * * * *', params: { unknown: 3 }");
    const clock = new SetClock('2026-03-01T10:30Z');
    const { sees, events } = startScheduler(directory, clock);
    await clock.asleep();
    await clock.set('2026-03-01T11:00:01Z');
    await sees(({ type }) => type === 'failed');
    await clock.set('2026-03-01T11:00:20Z');
    expect(events.filter(({ type }) => type === 'failed')).toHaveLength(1);
    const { times: known } = await withProject(directory, (workspace) =>
      showSchedule(workspace, 'every', { now: clock.now(), limit: 5 }),
    );
    expect(known).toMatchObject([
      {
        at: '2026-03-01T11:00:00.000Z',
        state: 'failed',
        error: { message: expect.stringContaining('unknown') },
      },
    ]);
  });
});

describe('a scheduler that is killed', () => {
  const script = (body: string): Promise<string> =>
    buildScript(`
import { runScheduler } from './src/projects/schedules/scheduler.ts';
import { fireSchedule } from './src/projects/schedules/fire-schedule.ts';
import { openWorkspace } from './src/projects/open-workspace.ts';
const [directory = '', from = '', to = ''] = process.argv.slice(2);
let now = Date.parse(from);
const clock = { now: () => now, monotonic: () => performance.now() };
const wait = async () => { if (now === Date.parse(from)) now = Date.parse(to); else await new Promise(() => setInterval(() => {}, 1000)); };
const fire = async ({ schedule, at, uid }, signal) => {
  const workspace = await openWorkspace({ directory, env: {} });
  ${body}
};
await runScheduler({ directory, env: {}, clock, wait, fire, signal: new AbortController().signal });
`);

  it('between claiming a time and starting its run leaves the run to the next one, under the same uid', async () => {
    const directory = scheduledProject("cron: '0 * * * *'");
    const file = await script('console.log(`claimed ${uid}`); await new Promise(() => undefined);');
    const child = startScript(file, directory, '2026-03-01T10:30Z', '2026-03-01T11:00:01Z');
    const uid = (await child.line((line) => line.startsWith('claimed'))).split(' ')[1];
    child.process.kill('SIGKILL');
    await child.ended;
    expect(await scheduledRuns(directory)).toEqual([]);
    const clock = new SetClock('2026-03-01T11:00:30Z');
    const { sees } = startScheduler(directory, clock);
    await sees((event) => event.type === 'ended');
    const runs = await scheduledRuns(directory);
    expect(runs.map(([at, run]) => [at, run.uid, run.state])).toEqual([
      ['2026-03-01T11:00', uid, 'completed'],
    ]);
  });

  it('while it makes up for many days leaves all that it has not come to, however long ago, to the next one', async () => {
    const directory = scheduledProject("cron: '0 0 * * *', catchUp: all");
    const file = await script(`
  if (new Date(at).getUTCDate() > 2) { console.log('second'); await new Promise(() => undefined); }
  const run = await fireSchedule(workspace, schedule, { at, uid, signal });
  return { ended: run.wait() };`);
    const child = startScript(file, directory, '2026-03-01T10:30Z', '2026-03-07T10:30Z');
    await child.line((line) => line === 'second');
    child.process.kill('SIGKILL');
    await child.ended;
    const days = ['02', '03', '04', '05', '06', '07'].map((day) => `2026-03-${day}T00:00`);
    expect(await times(directory)).toEqual(days.slice(0, 1));
    const { sees } = startScheduler(directory, new SetClock('2026-03-07T10:30:20Z'));
    await sees((event) => event.type === 'ended' && event.at === Date.parse(`${days.at(-1)}Z`));
    expect(await times(directory)).toEqual(days);
  });

  it('after starting a run, before noting so, has started it: no other process starts it again', async () => {
    const directory = scheduledProject("cron: '0 * * * *', params: { until: /nowhere }");
    const file = await script(`
  const { startScheduledRun } = await import('./src/projects/schedules/scheduled-run.ts');
  const entry = workspace.project.spec.schedules?.[0];
  const run = await startScheduledRun(workspace, entry, { at, uid });
  console.log('started'); await new Promise(() => undefined);`);
    const child = startScript(file, directory, '2026-03-01T10:30Z', '2026-03-01T11:00:01Z');
    await child.line((line) => line === 'started');
    child.process.kill('SIGKILL');
    await child.ended;
    const clock = new SetClock('2026-03-01T11:00:30Z');
    const { events } = startScheduler(directory, clock);
    await clock.asleep();
    await clock.set('2026-03-01T11:00:45Z');
    expect(events.filter(({ type }) => type !== 'loaded')).toEqual([]);
    const { times: known } = await withProject(directory, (workspace) =>
      showSchedule(workspace, 'every', { now: clock.now(), limit: 5 }),
    );
    expect(known).toMatchObject([{ state: 'started' }]);
    expect(await scheduledRuns(directory)).toHaveLength(1);
  });

  it('long ago with a claim in its hand has that time reported, not run, where nothing is made up for', async () => {
    const directory = scheduledProject("cron: '0 * * * *'");
    const file = await script('console.log(`claimed ${uid}`); await new Promise(() => undefined);');
    const child = startScript(file, directory, '2026-03-01T10:30Z', '2026-03-01T11:00:01Z');
    await child.line((line) => line.startsWith('claimed'));
    child.process.kill('SIGKILL');
    await child.ended;
    const clock = new SetClock('2026-03-01T11:40Z');
    const { sees } = startScheduler(directory, clock);
    expect(await sees(({ type }) => type === 'left-out')).toMatchObject({
      reason: 'the process that was to start it died',
    });
    expect(await scheduledRuns(directory)).toEqual([]);
  });
});
