import { describe, expect, it } from 'vitest';
import { foldRun } from '../../src/tracking/fold.ts';
import type { EventBody, JournalEvent } from '../../src/tracking/journal-event.ts';
import type { RunKind, RunRecord } from '../../src/tracking/run.ts';

const created = (runKind: RunKind = 'run'): EventBody => ({
  kind: 'created',
  uid: 'u1',
  name: 'train',
  project: 'demo',
  runKind,
  params: { depth: 4 },
  inputs: {},
  labels: {},
});

/** Events a second apart, from 1970 on. */
const stamped = (...bodies: readonly EventBody[]): readonly JournalEvent[] =>
  bodies.map((body, i) => ({ seq: i + 1, time: i * 1000, ...body }) as JournalEvent);
const point = (value: number, step?: number, context?: Record<string, string>): EventBody => ({
  kind: 'metric',
  key: 'loss',
  value,
  ...(step === undefined ? {} : { step }),
  ...(context ? { context } : {}),
});

describe('the fold of a run', () => {
  it('tells when it was created, started and ended, and how', () => {
    const error = { code: 'USER_ERROR', message: 'no' };
    expect(
      foldRun(
        stamped(
          created(),
          { kind: 'state', state: 'running' },
          { kind: 'state', state: 'error', error, exitCode: 3, reason: 'threw' },
        ),
      ),
    ).toMatchObject({
      state: 'error',
      createdAt: '1970-01-01T00:00:00.000Z',
      startedAt: '1970-01-01T00:00:01.000Z',
      endedAt: '1970-01-01T00:00:02.000Z',
      error,
      exitCode: 3,
      reason: 'threw',
    });
  });

  it('takes the point with the highest step as the latest, and of equal steps the last', () => {
    const latest = (...points: readonly EventBody[]): unknown =>
      foldRun(stamped(created(), ...points)).metrics.loss;
    expect(latest(point(1, 2), point(2, 1))).toBe(1);
    expect(latest(point(1, 2), point(2, 2))).toBe(2);
    expect(latest(point(1), point(2))).toBe(2);
    expect(latest(point(1, 5), point(2), point(3, 4))).toBe(2);
  });

  it('names series with a context after it, keys sorted', () => {
    const record = foldRun(stamped(created(), point(1), point(2, 1, { subset: 'val', fold: '3' })));
    expect(record.metrics).toEqual({ loss: 1, 'loss{fold=3,subset=val}': 2 });
  });

  it('goes by seq when the clock goes back', () => {
    const events = stamped(created(), point(1), point(2)).map((event) => ({ ...event, time: -event.time }));
    expect(foldRun(events).metrics.loss).toBe(2);
  });

  it('starts over with an attempt: the error of the one before is gone', () => {
    const error = { code: 'X', message: 'x' };
    const record = foldRun(
      stamped(
        created(),
        { kind: 'state', state: 'running' },
        { kind: 'state', state: 'error', error },
        { kind: 'attempt', attempt: 2, error, delayMs: 10 },
        { kind: 'state', state: 'running' },
      ),
    );
    expect(record).toMatchObject({ state: 'running', attempt: 2 });
    expect(record).not.toHaveProperty('error');
    expect(record).not.toHaveProperty('endedAt');
  });

  it('remembers the highest memory use among heartbeats', () => {
    const beat = (rss: number): EventBody => ({ kind: 'heartbeat', cpu: rss / 10, rss });
    expect(foldRun(stamped(created(), beat(10), beat(30), beat(20))).usage).toEqual({
      cpu: 2,
      rss: 20,
      peakRss: 30,
    });
  });

  it('lists the iterations of a sweep by number, with what their own records say', () => {
    const child = { uid: 't2', params: { depth: 2 }, results: {}, metrics: { acc: 0.5 } };
    const record = foldRun(
      stamped(
        created('sweep'),
        { kind: 'trial', iteration: 2, uid: 't2', state: 'completed' },
        { kind: 'trial', iteration: 1, uid: 't1', state: 'error' },
        { kind: 'best', iteration: 2, uid: 't2' },
      ),
      new Map([['t2', child as unknown as RunRecord]]),
    );
    expect(record).toMatchObject({
      iterations: [
        { iteration: 1, uid: 't1', state: 'error', params: {} },
        { iteration: 2, uid: 't2', state: 'completed', params: { depth: 2 }, metrics: { acc: 0.5 } },
      ],
      bestIteration: 2,
      failedIterations: 1,
    });
  });

  it('lists the steps of a pipeline with their times, and its results as outputs', () => {
    const step = { kind: 'step', id: 'train', function: 'train' } as const;
    const record = foldRun(
      stamped(
        created('pipeline'),
        { ...step, state: 'pending', reason: 'ran: new' },
        { ...step, state: 'running', runUid: 'r1' },
        { ...step, state: 'completed', results: { accuracy: 1 } },
        { ...step, id: 'later', state: 'skipped', reason: 'condition' },
        { kind: 'result', key: 'accuracy', value: 1 },
      ),
    );
    expect(record.steps).toEqual([
      {
        id: 'train',
        function: 'train',
        state: 'completed',
        cached: false,
        reason: 'ran: new',
        runUid: 'r1',
        startedAt: '1970-01-01T00:00:02.000Z',
        endedAt: '1970-01-01T00:00:03.000Z',
        results: { accuracy: 1 },
      },
      expect.objectContaining({ id: 'later', state: 'skipped', reason: 'condition' }),
    ]);
    expect(record.outputs).toEqual({ accuracy: 1 });
  });

  it('leaves no step of a lost pipeline running', () => {
    const step = { kind: 'step', function: 'train' } as const;
    const record = foldRun(
      stamped(
        created('pipeline'),
        { ...step, id: 'load', state: 'running' },
        { ...step, id: 'load', state: 'completed' },
        { ...step, id: 'train', state: 'running', runUid: 'r1' },
        { ...step, id: 'later', state: 'pending' },
        { kind: 'state', state: 'lost' },
      ),
    );
    expect(record.steps).toMatchObject([
      { id: 'load', state: 'completed' },
      { id: 'train', state: 'lost', runUid: 'r1', endedAt: record.endedAt },
      { id: 'later', state: 'skipped', reason: 'the pipeline was lost' },
    ]);
  });

  it('overlooks kinds of events that only a newer version knows', () => {
    const events = [...stamped(created()), { seq: 2, time: 1, kind: 'hologram' } as never];
    expect(foldRun(events).state).toBe('created');
  });
});
