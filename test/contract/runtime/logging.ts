import { describe, expect, it } from 'vitest';
import { collect } from '../runtime-fixture.ts';
import type { RuntimeUnderTest } from './runtime-under-test.ts';

/** What is recorded of a run, and when it can be seen. */
export function testLogging(subject: RuntimeUnderTest): void {
  const { run, submit } = subject;
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
      expect(record.runtime).toBe(subject.runtime.name);
      expect(await subject.fixture.store.getRun(record.uid)).toMatchObject({
        state: 'completed',
        results: record.results,
      });
    });

    it('keeps the output of both streams and the logger', async () => {
      const { record } = await run('everything', { params: { depth: 4 } });
      const log = subject.fixture.log(record.uid);
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
      expect(new Set(record.artifacts.map(({ key, digest }) => (/ed$/.test(key) ? digest : key))).size).toBe(
        4,
      );
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
      expect(record.results.url).toMatch(/^file:\/\/.*logging\.ts$/);
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
  });
}
