import { describe, expect, it } from 'vitest';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { testLongOutput } from './long-output.ts';
import { testFailing } from './runtime/failing.ts';
import { testIsolation } from './runtime/isolation.ts';
import { testLogging } from './runtime/logging.ts';
import { testRetries } from './runtime/retries.ts';
import { openRuntime } from './runtime/runtime-under-test.ts';
import { testSecrets } from './runtime/secrets.ts';
import { testStopping } from './runtime/stopping.ts';
import { isRunning as isRunningHere, type RuntimeFixture } from './runtime-fixture.ts';

export interface RuntimeTraits {
  /** It gives user code a process of its own. */
  readonly isolated: boolean;
  /** Whether a process lives that a run of this fixture has named, where pids of user code are not this machine's. */
  readonly isRunning?: (pid: number, fixture: RuntimeFixture) => boolean;
  /** Folder that user code works in, where it does not find this machine's. */
  readonly workFolder?: string;
  /** Whether tests run side by side: of runs that take long to begin, and share nothing. @default false */
  readonly sideBySide?: boolean;
}

/** What every runtime does alike. */
export function testRuntime(
  name: string,
  create: () => Runtime,
  { isolated, isRunning = isRunningHere, workFolder, sideBySide = false }: RuntimeTraits,
): void {
  describe(`the ${name} runtime`, { concurrent: sideBySide }, () => {
    const subject = openRuntime(create);
    const { run } = subject;

    for (const test of [testLogging, testFailing, testRetries, testStopping, testSecrets]) test(subject);

    it('runs several at once without mixing them', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, i) => run('flooding', { params: { lines: 200, text: `run ${i}` } })),
      );
      for (const [i, { record }] of outcomes.entries()) {
        const lines = subject.fixture.log(record.uid).trim().split('\n');
        expect(lines, `${record.state} ${lines.slice(0, 2)} … ${lines.slice(-3)}`).toHaveLength(201);
        expect(lines.filter((line) => line.startsWith(`run ${i} `))).toHaveLength(200);
      }
    });

    it('gives each run its own environment and leaves none behind', async () => {
      const first = await run('environment', { params: { set: true }, env: { GIVEN: 'a' } });
      expect(first.record.results).toMatchObject({ given: 'a', leaked: null });
      const second = await run('environment');
      expect(second.record.results.given).toBeNull();
      expect(subject.runtime.capabilities.isolated).toBe(isolated);
      if (isolated)
        expect(second.record.results).toMatchObject({
          leaked: null,
          cwd: workFolder ?? subject.fixture.root,
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
      const trial = await subject.fixture.store.getRun(record.iterations?.[1]?.uid ?? '');
      expect(trial).toMatchObject({ parent: record.uid, iteration: 2, artifacts: [{ key: 'file' }] });
    });

    if (isolated) testIsolation(subject, (pid) => isRunning(pid, subject.fixture));
    // elsewhere the folder is always the same, and always there
    if (isolated && workFolder === undefined)
      it('says so when its process cannot be started', async () => {
        const outcome = await run('bare', { workingDirectory: '/does/not/exist' });
        expect(outcome.state).toBe('error');
        expect(JSON.stringify(outcome.error)).toContain('/does/not/exist');
      });
  });
  testLongOutput(name, create);
}
