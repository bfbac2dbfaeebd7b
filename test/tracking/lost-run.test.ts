import { hostname } from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { createUid } from '../../src/core/id.ts';
import type { ProcessIdentity } from '../../src/tracking/journal-event.ts';
import { readLedger } from '../../src/tracking/ledger.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import { openReplicas } from '../../src/tracking/local/replicas.ts';
import { lostReason, remoteSilenceMs } from '../../src/tracking/lost-run.ts';
import { currentProcess, identify, isAlive } from '../../src/tracking/process-identity.ts';
import { resumeRun } from '../../src/tracking/resume-run.ts';
import { pendingStopRequest } from '../../src/tracking/stop-request.ts';
import { ledgerFile } from '../../src/tracking/store-layout.ts';
import { onBusyMachines } from '../setup/on-busy-machines.ts';
import { bundleScript, startScript } from './child.ts';
import { tempDirectory } from './temp-directory.ts';

let holdRun = '';
beforeAll(async () => {
  holdRun = await bundleScript('hold-run');
});

const created = (uid: string) =>
  ({ uid, name: 'x', project: 'demo', runKind: 'run', params: {}, inputs: {}, labels: {} }) as const;

const lostFacts = (directory: string): number =>
  readLedger(ledgerFile(directory, 'demo')).entries.filter(({ fact }) => fact.kind === 'lost').length;

describe('the identity of a process', () => {
  it('tells a living process from a dead one and from one that took over its pid', () => {
    expect(isAlive(currentProcess())).toBe(true);
    expect(isAlive({ host: hostname(), pid: 2 ** 22 + 1 })).toBe(false);
    if (process.platform === 'linux')
      expect(isAlive({ ...identify(process.pid), startTicks: '1' })).toBe(false);
    expect(isAlive({ host: 'elsewhere', pid: 1 })).toBeUndefined();
  });

  it('is that of its guard, where only that can be asked', () => {
    const dead = { host: hostname(), pid: 2 ** 22 + 1 };
    expect(isAlive({ host: 'elsewhere', pid: 1, guard: currentProcess() })).toBe(true);
    expect(isAlive({ ...dead, guard: currentProcess() })).toBe(true);
    expect(isAlive({ ...dead, guard: dead })).toBe(false);
    // it may live on by itself
    expect(isAlive({ host: 'elsewhere', pid: 1, guard: dead })).toBeUndefined();
  });
});

describe('a run of another host that is silent', () => {
  const dead = { host: hostname(), pid: 2 ** 22 + 1 };
  const since = (owner: ProcessIdentity): string | undefined =>
    lostReason(
      { owner, state: 'running', lastEventAt: systemClock.now() - 10 * remoteSilenceMs },
      systemClock,
      () => 0,
    );
  const pod = { host: 'elsewhere', pid: 1 };

  it('is lost, also when whoever started it has died, as others hear of it', () => {
    expect(since(pod)).toContain('has not been heard of');
    expect(since({ ...pod, guard: dead })).toContain('has not been heard of');
  });

  it('is not lost where whoever listened has died: nobody could hear of it', () => {
    expect(since({ ...pod, guard: dead, heardThroughGuard: true })).toBeUndefined();
    // of a guard on yet another host nothing is known but the silence
    expect(since({ ...pod, guard: { host: 'third', pid: 1 }, heardThroughGuard: true })).toContain(
      'has not been',
    );
  });
});

describe('a run whose process was killed', () => {
  it('is lost, in record and search, and the ledger says so once', async () => {
    const directory = tempDirectory();
    const uid = createUid();
    const child = startScript(holdRun, directory, uid);
    await child.line((line) => line === 'running');
    const store = openLocalStore({ directory, project: 'demo' });
    expect((await store.getRun(uid)).state).toBe('running');
    expect((await store.searchRuns({ filter: "state = 'running'" })).runs).toHaveLength(1);
    child.process.kill('SIGKILL');
    await child.ended;
    const { runs } = await store.searchRuns({ filter: "state = 'lost'" });
    expect(runs).toEqual([await store.getRun(uid)]);
    expect(runs[0]).toMatchObject({ state: 'lost', error: { code: 'RUN_LOST' } });
    const fresh = openLocalStore({ directory, project: 'demo' });
    expect((await fresh.getRun(uid)).state).toBe('lost');
    await fresh.searchRuns({});
    expect(lostFacts(directory)).toBe(1);
    await store.close();
    await fresh.close();
  });

  it('ends what followed its events', async () => {
    const directory = tempDirectory();
    const uid = createUid();
    const child = startScript(holdRun, directory, uid);
    await child.line((line) => line === 'running');
    const store = openLocalStore({ directory, project: 'demo' });
    const states: string[] = [];
    for await (const event of store.events(uid, { follow: true })) {
      if (event.kind !== 'state') continue;
      states.push(event.state);
      child.process.kill('SIGKILL');
    }
    expect(states).toEqual(['running']);
    await store.close();
  });

  it('can be resumed, and is no longer lost when it has ended', async () => {
    const directory = tempDirectory();
    const uid = createUid();
    const child = startScript(holdRun, directory, uid);
    await child.line((line) => line === 'running');
    const store = openLocalStore({ directory, project: 'demo' });
    await expect(resumeRun(store, uid, 'allow')).rejects.toMatchObject({ code: 'RUN_BUSY' });
    child.process.kill('SIGKILL');
    await child.ended;
    expect((await store.searchRuns({ filter: "state = 'lost'" })).runs).toHaveLength(1);
    expect(await resumeRun(store, uid, 'must')).toBe('continue');
    const writer = store.openRun(uid);
    expect((await store.getRun(uid)).state).toBe('running');
    expect((await store.searchRuns({ filter: "state = 'running'" })).runs).toHaveLength(1);
    writer.append({ kind: 'state', state: 'completed' });
    writer.close();
    expect((await store.getRun(uid)).state).toBe('completed');
    expect((await store.searchRuns({ filter: "state = 'completed'" })).runs).toHaveLength(1);
    await store.close();
  });
});

describe('a run of another host', () => {
  it('is lost when nothing was heard of it for two minutes, and found again when it goes on', async () => {
    const directory = tempDirectory();
    let ahead = 0;
    const clock = { now: () => Date.now() + ahead, monotonic: systemClock.monotonic };
    const store = openLocalStore({ directory, project: 'demo', clock });
    const writer = store.createRun(created('faraway'));
    writer.append({ kind: 'owner', owner: { host: 'elsewhere', pid: 7 } });
    writer.append({ kind: 'state', state: 'running' });
    ahead = remoteSilenceMs - 5000;
    expect((await store.searchRuns({})).runs[0]?.state).toBe('running');
    ahead = remoteSilenceMs + 5000;
    expect((await store.searchRuns({})).runs[0]?.state).toBe('lost');
    expect((await store.getRun('faraway')).state).toBe('lost');
    writer.append({ kind: 'heartbeat', cpu: 1, rss: 1 });
    expect((await store.getRun('faraway')).state).toBe('running');
    writer.append({ kind: 'state', state: 'completed' });
    writer.close();
    expect((await store.searchRuns({})).runs[0]?.state).toBe('completed');
    await store.close();
  });
});

describe('a run of another host that has nothing to say', () => {
  it('lives as long as whoever looks after it says so', async () => {
    const directory = tempDirectory();
    let ahead = 0;
    const clock = { now: () => Date.now() + ahead, monotonic: systemClock.monotonic };
    const store = openLocalStore({ directory, project: 'demo', clock });
    const replicas = openReplicas({ directory, project: 'demo', clock });
    const now = clock.now();
    await replicas.receive('faraway', [
      { seq: 1, time: now, kind: 'created', ...created('faraway') },
      { seq: 2, time: now, kind: 'owner', owner: { host: 'elsewhere', pid: 7 } },
      { seq: 3, time: now, kind: 'state', state: 'running' },
    ]);
    ahead = 10 * remoteSilenceMs;
    expect(await replicas.receive('faraway', [])).toEqual({ lastSeq: 3 });
    expect((await store.getRun('faraway')).state).toBe('running');
    expect((await store.searchRuns({})).runs[0]?.state).toBe('running');
    ahead = 12 * remoteSilenceMs;
    expect((await store.getRun('faraway')).state).toBe('lost');
    await replicas.close();
    await store.close();
  });
});

describe('a request to stop', () => {
  it('reaches the owner within a second, with its reason', onBusyMachines, async () => {
    const directory = tempDirectory();
    const uid = createUid();
    const child = startScript(holdRun, directory, uid);
    await child.line((line) => line === 'running');
    const store = openLocalStore({ directory, project: 'demo' });
    const asked = performance.now();
    await store.requestStop(uid, 'enough');
    await child.line((line) => line === 'stopped: enough');
    expect(performance.now() - asked).toBeLessThan(1000);
    await child.ended;
    expect(await store.getRun(uid)).toMatchObject({ state: 'aborted', reason: 'enough' });
    await store.requestStop(uid, 'again');
    await store.close();
  });
});

describe('a request to stop a run that is lost', () => {
  it('waits for it, as it may go on where it cannot be seen', async () => {
    const directory = tempDirectory();
    const uid = createUid();
    const child = startScript(holdRun, directory, uid);
    await child.line((line) => line === 'running');
    const store = openLocalStore({ directory, project: 'demo' });
    child.process.kill('SIGKILL');
    await child.ended;
    expect((await store.getRun(uid)).state).toBe('lost');
    await store.requestStop(uid, 'enough');
    expect(pendingStopRequest(directory, 'demo', uid)).toBe('enough');
    await store.close();
  });
});

describe('the resume policy', () => {
  it('creates, continues or refuses', async () => {
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    expect(await resumeRun(store, 'new', 'never')).toBe('create');
    expect(await resumeRun(store, 'new', 'allow')).toBe('create');
    await expect(resumeRun(store, 'new', 'must')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    store.createRun(created('old')).close();
    await expect(resumeRun(store, 'old', 'never')).rejects.toMatchObject({ code: 'RUN_EXISTS' });
    expect(await resumeRun(store, 'old', 'allow')).toBe('continue');
    expect(await resumeRun(store, 'old', 'must')).toBe('continue');
    await store.close();
  });

  it('takes the journal away from an earlier writer of the same process', () => {
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    const first = store.createRun(created('run1'));
    const second = store.openRun('run1');
    expect(() => first.append({ kind: 'commit', message: '' })).toThrow(
      expect.objectContaining({ code: 'RUN_CLOSED' }),
    );
    second.append({ kind: 'commit', message: 'mine' });
    second.close();
  });
});
