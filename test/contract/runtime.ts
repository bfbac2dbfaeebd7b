import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../src/runtime/job.ts';
import type { RunningJob, RunOutcome, Runtime, SubmitOptions } from '../../src/runtime/runtime.ts';
import {
  collect,
  createRuntimeFixture,
  isRunning as isRunningHere,
  type RuntimeFixture,
  until,
} from './runtime-fixture.ts';

export interface RuntimeTraits {
  /** It gives user code a process of its own. */
  readonly isolated: boolean;
  /** Whether a process lives that a run of this fixture has named, where pids of user code are not this machine's. */
  readonly isRunning?: (pid: number, fixture: RuntimeFixture) => boolean;
}

/** What every runtime does alike. */
export function testRuntime(
  name: string,
  create: () => Runtime,
  { isolated, isRunning = isRunningHere }: RuntimeTraits,
): void {
  describe(`the ${name} runtime`, () => {
    let fixture: RuntimeFixture;
    let runtime: Runtime;

    beforeAll(() => {
      fixture = createRuntimeFixture();
      runtime = create();
    });
    afterAll(async () => {
      await runtime.close();
      await fixture.remove();
    });

    const submit = (
      handler: string,
      change: Partial<Job> = {},
      options: SubmitOptions = {},
    ): Promise<RunningJob> =>
      runtime.submit(fixture.job(handler, change), { store: fixture.store, ...options });
    const run = async (
      handler: string,
      change: Partial<Job> = {},
      options: SubmitOptions = {},
    ): Promise<RunOutcome> => (await submit(handler, change, options)).wait();
    const started = async (running: RunningJob): Promise<void> => {
      for await (const event of running.events()) if (event.kind === 'metric') return;
    };

    describe('what a run logs', () => {
      it('records params, results, metrics, labels, artifacts, environment and usage', async () => {
        const { state, record } = await run('everything', {
          params: { depth: 4, label: 'species' },
          seed: 7,
        });
        expect(state).toBe('completed');
        expect(record.params).toEqual({ depth: 4, label: 'species' });
        expect(record.results).toEqual({
          depth: 4,
          label: 'species',
          accuracy: 0.9,
          random: expect.any(Number),
        });
        expect(record.metrics).toEqual({ loss: 0.5, 'loss{subset=validation}': 'NaN' });
        expect(record.labels).toEqual({ team: 'a' });
        expect(record.commitMessage).toBe('half way');
        expect(record.artifacts).toEqual([expect.objectContaining({ key: 'notes', producer: record.uid })]);
        expect(record.environment?.node).toContain(process.versions.node);
        expect(record.usage?.rss).toBeGreaterThan(1e7);
        expect(record.runtime).toBe(runtime.name);
        expect(await fixture.store.getRun(record.uid)).toMatchObject({
          state: 'completed',
          results: record.results,
        });
      });

      it('keeps the output of both streams and the logger', async () => {
        const { record } = await run('everything', { params: { depth: 4 } });
        const log = fixture.log(record.uid);
        expect(log).toContain('hello from the handler\n');
        expect(log).toContain('and from stderr\n');
        expect(log).toMatch(/^\d{4}-\S+Z info {2}structured depth=4 text="two words"$/m);
      });

      it('draws the same random numbers for the same seed', async () => {
        const [first, again, other] = await Promise.all(
          [1, 1, 2].map((seed) => run('everything', { seed }).then(({ record }) => record.results.random)),
        );
        expect(first).toBe(again);
        expect(first).not.toBe(other);
      });

      it('keeps falsy results, and a bare value as "return"', async () => {
        expect((await run('falsy')).record.results).toEqual({
          zero: 0,
          no: false,
          empty: '',
          nothing: null,
          nan: 'NaN',
          big: '1152921504606846976',
        });
        expect((await run('bare')).record.results).toEqual({ return: 0 });
        expect((await run('list')).record.results).toEqual({ return: [1, 2, 3] });
        expect((await run('nothing')).record.results).toEqual({});
      });

      it('makes artifacts of what is declared as such, and keeps returned artifacts apart from results', async () => {
        const { state, record } = await run('returning', {
          returns: { data: 'dataset', report: 'plot', text: 'file' },
        });
        expect(record.error).toBeUndefined();
        expect(state).toBe('completed');
        expect(record.results).toEqual({ score: 1 });
        expect(Object.fromEntries(record.artifacts.map(({ key, kind }) => [key, kind]))).toEqual({
          logged: 'file',
          renamed: 'file',
          data: 'dataset',
          report: 'plot',
          text: 'file',
        });
        expect(
          new Set(record.artifacts.map(({ key, digest }) => (/ed$/.test(key) ? digest : key))).size,
        ).toBe(4);
      });

      it('fills in defaults and records the digest of inputs', async () => {
        const { state, record } = await run('reading', {
          inputs: { data: { uri: import.meta.filename } },
          handler: {
            name: 'reading',
            results: [],
            acceptsUnknown: false,
            parameters: [
              { name: 'data', role: 'input', typeText: 'DataItem', required: true },
              { name: 'depth', role: 'param', required: false, default: -3, schema: { type: 'number' } },
            ],
          },
        });
        expect(state).toBe('completed');
        expect(record.params).toEqual({ depth: -3 });
        expect(record.inputs.data?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
        expect(record.results.url).toMatch(/^file:\/\/.*runtime\.ts$/);
      });

      it('shows events and output while the run goes on', async () => {
        const running = await submit('logging');
        let seen = '';
        for await (const { stream, text } of running.logs()) {
          expect(stream).toBe('stdout');
          seen += text;
          if (seen.includes('line 2')) break;
        }
        const kinds = [];
        for await (const event of running.events()) {
          kinds.push(event.kind);
          if (event.kind === 'metric' && event.value === 2) break;
        }
        expect(kinds[0]).toBe('created');
        await running.abort('seen enough');
        const { state } = await running.wait();
        expect(state).toBe('aborted');
        expect((await collect(running.events())).at(-1)).toMatchObject({ kind: 'state', state: 'aborted' });
        expect((await collect(running.logs())).map(({ text }) => text).join('')).toBe(
          'line 0\nline 1\nline 2\n',
        );
      });

      it('keeps every one of a million lines, in order', async () => {
        const lines = 1_000_000;
        const running = await submit('flooding', { params: { lines, text: 'some text on line' } });
        let bytes = 0;
        for await (const { text } of running.logs()) bytes += text.length;
        const { record } = await running.wait();
        const log = fixture.log(record.uid);
        expect(log.length).toBe(bytes);
        const kept = log.split('\n');
        expect(kept.filter((line) => line !== 'done' && line !== '')).toHaveLength(lines);
        expect(kept.indexOf(`some text on line ${lines}`)).toBeGreaterThanOrEqual(lines - 1);
        expect(kept[499_999]).toBe('some text on line 500000');
      }, 60_000);
    });

    describe('a failing run', () => {
      it('tells what was thrown', async () => {
        const { state, record, error } = await run('failing');
        expect(state).toBe('error');
        expect(error).toMatchObject({
          kind: 'user-code',
          message: expect.stringContaining('the data is wrong'),
        });
        expect(record.error).toEqual(error);
        expect(record.endedAt).toBeDefined();
      });

      it('takes whatever is thrown', async () => {
        expect(await run('rejecting')).toMatchObject({
          state: 'error',
          error: { kind: 'user-code', message: expect.stringContaining('a bare string') },
        });
      });

      it('keeps what was being saved when it failed', async () => {
        const { state, record } = await run('failingAfterSave');
        expect(state).toBe('error');
        expect(record.artifacts.map(({ key }) => key)).toEqual(['kept']);
      });

      it.each([0, 3])('is an error after process.exit(%d), with the code in its record', async (code) => {
        const { state, record } = await run('exiting', { params: { code } });
        expect(state).toBe('error');
        expect(record).toMatchObject({ exitCode: code, error: { code: 'RUN_EXITED' } });
      });

      it('is an error after process.exit in a callback', async () => {
        expect(await run('exitingInCallback')).toMatchObject({
          state: 'error',
          error: { code: 'RUN_EXITED' },
        });
      });

      it('is ended by a rejection or exception that nobody catches', async () => {
        const rejection = await run('strayRejection');
        expect(rejection).toMatchObject({
          state: 'error',
          error: { message: expect.stringContaining('nobody catches this') },
          record: { results: { before: 1 } },
        });
        expect(await run('strayException')).toMatchObject({
          state: 'error',
          error: { message: expect.stringContaining('thrown from a timer') },
        });
      });

      it('names an unknown handler and the nearest', async () => {
        expect(await run('everythin')).toMatchObject({
          state: 'error',
          error: { code: 'HANDLER_NOT_FOUND', hint: 'did you mean "everything"?' },
        });
      });

      it('refuses keys and values that cannot be stored, naming them', async () => {
        expect((await run('badKey')).error).toMatchObject({ code: 'INVALID_VALUE' });
        expect((await run('cyclic')).error).toMatchObject({
          code: 'INVALID_VALUE',
          message: expect.stringContaining('"loop"'),
        });
      });

      it('says which input does not exist', async () => {
        const { state, error } = await run('reading', { inputs: { data: { uri: 'absent.csv' } } });
        expect(state).toBe('error');
        expect(error?.message).toContain('absent.csv');
        expect(error?.kind).toBe('not-found');
      });
    });

    describe('retries', () => {
      it('start over after a failure, with a growing wait, and keep the history', async () => {
        const running = await submit('flaky', {
          params: { failures: 2 },
          retry: { retries: 3, delayMs: 20 },
        });
        const { state, record } = await running.wait();
        expect(state).toBe('completed');
        expect(record.results).toEqual({ attempt: 3 });
        expect(record.attempt).toBe(3);
        const attempts = (await collect(running.events())).filter((event) => event.kind === 'attempt');
        expect(attempts.map(({ attempt }) => attempt)).toEqual([2, 3]);
        expect(attempts[0]?.delayMs).toBeGreaterThanOrEqual(10);
        expect(attempts[0]?.delayMs).toBeLessThanOrEqual(20);
        expect(attempts[1]?.delayMs).toBeGreaterThanOrEqual(20);
        expect(attempts[0]?.error.message).toContain('attempt 1 fails');
      });

      it('end with the last error when all are used up', async () => {
        expect(
          await run('flaky', { params: { failures: 9 }, retry: { retries: 1, delayMs: 1 } }),
        ).toMatchObject({
          state: 'error',
          record: { attempt: 2 },
          error: { message: expect.stringContaining('attempt 2 fails') },
        });
      });

      it('do not come for errors that the filter leaves out, nor for wrong requests', async () => {
        const filtered = await run('flaky', {
          params: { failures: 1 },
          retry: { retries: 1, delayMs: 1, retryOn: ['RUN_TIMEOUT'] },
        });
        expect(filtered).toMatchObject({ state: 'error', record: { attempt: 1 } });
        const unknown = await run('no such handler', { retry: { retries: 5, delayMs: 60_000 } });
        expect(unknown).toMatchObject({ state: 'error', error: { code: 'HANDLER_NOT_FOUND' } });
      });

      it('come after an exit and after a timeout', async () => {
        const retry = { retries: 1, delayMs: 1 };
        expect((await run('exiting', { params: { code: 1 }, retry })).record).toMatchObject({ attempt: 2 });
        const timedOut = await run('sleeping', { params: { ms: 60_000 }, timeoutMs: 50, retry });
        expect(timedOut).toMatchObject({ error: { code: 'RUN_TIMEOUT' }, record: { attempt: 2 } });
      });

      it('are given up when the run is aborted while it waits', async () => {
        const running = await submit('flaky', {
          params: { failures: 9 },
          retry: { retries: 9, delayMs: 60_000 },
        });
        for await (const event of running.events()) if (event.kind === 'attempt') break;
        await running.abort('no patience');
        expect(await running.wait()).toMatchObject({ state: 'aborted', error: { code: 'RUN_ABORTED' } });
      });
    });

    describe('a run that is to stop', () => {
      it('ends at its timeout as an error of kind timeout', async () => {
        expect(await run('sleeping', { params: { ms: 60_000 }, timeoutMs: 100 })).toMatchObject({
          state: 'error',
          error: { code: 'RUN_TIMEOUT', kind: 'timeout', message: expect.stringContaining('0.1 s') },
        });
      });

      it('is told by ctx.signal and may clean up', async () => {
        const running = await submit('cooperative');
        await started(running);
        await running.abort('changed my mind');
        expect(await running.wait()).toMatchObject({
          state: 'aborted',
          record: { results: { partial: 3 }, reason: 'changed my mind', error: { code: 'RUN_ABORTED' } },
        });
      });

      it('is stopped by the caller’s signal, even one that has fired before', async () => {
        const controller = new AbortController();
        const running = await submit('cooperative', {}, { signal: controller.signal });
        await started(running);
        controller.abort();
        expect((await running.wait()).state).toBe('aborted');
        expect((await run('cooperative', {}, { signal: AbortSignal.abort('before') })).record).toMatchObject({
          state: 'aborted',
          reason: 'before',
        });
      });

      it('is stopped by a request in the ledger', async () => {
        const running = await submit('cooperative');
        await started(running);
        await fixture.store.requestStop(running.uid, 'stopped from elsewhere');
        expect(await running.wait()).toMatchObject({
          state: 'aborted',
          record: { reason: 'stopped from elsewhere' },
        });
      });

      it('ends after its grace when it does not react', async () => {
        const running = await submit('stubborn', { graceMs: 100 });
        await started(running);
        await running.abort('enough');
        expect((await running.wait()).state).toBe('aborted');
      });

      it('does nothing when it has ended', async () => {
        const running = await submit('bare');
        await running.wait();
        await running.abort('too late');
        expect((await running.wait()).state).toBe('completed');
      });

      it('is noticed as too slow even where it never yields', async () => {
        const { error } = await run('busy', { params: { ms: 400 }, timeoutMs: 100, graceMs: 50 });
        expect(error?.code).toBe('RUN_TIMEOUT');
      });
    });

    describe('secrets', () => {
      const secrets = { TOKEN: 'hunter2-very-secret' };

      it('never reach log, journal, results or error', async () => {
        const running = await submit('leaking', { secretNames: ['TOKEN'] }, { secrets });
        const outcome = await running.wait();
        const everything =
          JSON.stringify([outcome, await collect(running.events())]) + fixture.log(running.uid);
        expect(everything).not.toContain('hunter2');
        expect(everything).not.toContain(Buffer.from(secrets.TOKEN).toString('base64').slice(0, 20));
        expect(fixture.log(running.uid)).toContain('the token is ***');
        expect(outcome.error?.message).toContain('failed with ***');
        expect(outcome.record.results.token).toEqual({ nested: ['***'], '***': 1 });
      });

      it('of one run are not there for another', async () => {
        await run('leaking', { secretNames: ['TOKEN'] }, { secrets });
        expect((await run('otherSecret')).error).toMatchObject({ code: 'SECRET_NOT_FOUND' });
      });
    });

    it('runs several at once without mixing them', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, i) => run('flooding', { params: { lines: 200, text: `run ${i}` } })),
      );
      for (const [i, { record }] of outcomes.entries()) {
        const lines = fixture.log(record.uid).trim().split('\n');
        expect(lines).toHaveLength(201);
        expect(lines.filter((line) => line.startsWith(`run ${i} `))).toHaveLength(200);
      }
    });

    it('gives each run its own environment and leaves none behind', async () => {
      const first = await run('environment', { params: { set: true }, env: { GIVEN: 'a' } });
      expect(first.record.results).toMatchObject({ given: 'a', leaked: null });
      const second = await run('environment');
      expect(second.record.results.given).toBeNull();
      expect(runtime.capabilities.isolated).toBe(isolated);
      if (isolated)
        expect(second.record.results).toMatchObject({
          leaked: null,
          cwd: fixture.root,
          listeners: first.record.results.listeners,
        });
      delete process.env.LEAKED;
    });

    it('keeps trials opened by the handler as runs of their own, with what they were still saving', async () => {
      const { state, record } = await run('children', { params: { count: 4 } });
      expect(state).toBe('completed');
      expect(record.iterations?.map(({ state: of, results }) => [of, results.score])).toEqual([
        ['completed', -2],
        ['error', -1],
        ['completed', 0],
        ['completed', -1],
      ]);
      const trial = await fixture.store.getRun(record.iterations?.[1]?.uid ?? '');
      expect(trial).toMatchObject({ parent: record.uid, iteration: 2, artifacts: [{ key: 'file' }] });
    });

    if (isolated)
      testIsolation(
        () => fixture,
        submit,
        (pid) => isRunning(pid, fixture),
      );
  });
}

/** What only runtimes with a process of their own for user code can do. */
function testIsolation(
  fixture: () => RuntimeFixture,
  submit: (handler: string, change?: Partial<Job>, options?: SubmitOptions) => Promise<RunningJob>,
  isRunning: (pid: number) => boolean,
): void {
  const pids = (log: string): number[] =>
    [...log.matchAll(/(?:inner|outer) (\d+)/g)].map((match) => Number(match[1]));

  describe('user code in a process of its own', () => {
    it('is an error when it is killed, and takes nobody with it', async () => {
      const outcome = await (await submit('killingItself')).wait();
      expect(outcome).toMatchObject({
        state: 'error',
        error: { code: 'RUN_KILLED', details: { signal: 'SIGKILL' } },
      });
      expect((await (await submit('bare')).wait()).state).toBe('completed');
    });

    it('is killed with everything it started', async () => {
      const running = await submit('withGrandchildren', { graceMs: 100 });
      await until('both grandchildren are there', () => pids(fixture().log(running.uid)).length === 2);
      const started = pids(fixture().log(running.uid));
      expect(started.filter(isRunning)).toEqual(started);
      await running.abort('stop it all');
      expect(started.filter(isRunning)).toEqual([]);
      expect((await running.wait()).state).toBe('aborted');
    });

    it('is killed with daemons that left its group', async () => {
      const running = await submit('withGrandchildren', { graceMs: 100, params: { detached: true } });
      await until('both grandchildren are there', () => pids(fixture().log(running.uid)).length === 2);
      const started = pids(fixture().log(running.uid));
      await running.abort('stop it all');
      expect(started.filter(isRunning)).toEqual([]);
    });

    it('leaves no process behind when it completes', async () => {
      const { state, record } = await (await submit('leavingGrandchild')).wait();
      expect(state).toBe('completed');
      const pid = record.results.pid as number;
      await until('the grandchild is gone', () => !isRunning(pid));
    });

    it('is stopped in a busy loop', async () => {
      const running = await submit('busy', { params: { ms: 60_000 }, timeoutMs: 200, graceMs: 50 });
      expect(await running.wait()).toMatchObject({ state: 'error', error: { code: 'RUN_TIMEOUT' } });
    });

    it('ends when it waits for what can never happen', async () => {
      expect(await (await submit('stalled')).wait()).toMatchObject({
        state: 'error',
        error: { code: 'RUN_STALLED' },
      });
    });

    it('is held to its memory limit, in V8’s heap and outside', async () => {
      const resources = { memory: 160 * 2 ** 20 };
      for (const handler of ['hungry', 'hungryOutsideHeap'])
        expect(await (await submit(handler, { resources })).wait()).toMatchObject({
          state: 'error',
          error: { code: 'RUN_OUT_OF_MEMORY', message: expect.stringContaining('160 MiB') },
        });
    });

    it('says so when its process cannot be started', async () => {
      const outcome = await (await submit('bare', { workingDirectory: '/does/not/exist' })).wait();
      expect(outcome.state).toBe('error');
      expect(JSON.stringify(outcome.error)).toContain('/does/not/exist');
    });
  });
}
