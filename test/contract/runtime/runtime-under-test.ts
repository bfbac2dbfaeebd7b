import { afterAll, beforeAll } from 'vitest';
import type { Job } from '../../../src/runtime/job.ts';
import type { RunningJob, RunOutcome, Runtime, SubmitOptions } from '../../../src/runtime/runtime.ts';
import { createRuntimeFixture, type RuntimeFixture } from '../runtime-fixture.ts';

/** A runtime with a store and handlers of its own. Fixture and runtime are there once the tests run. */
export interface RuntimeUnderTest {
  readonly fixture: RuntimeFixture;
  readonly runtime: Runtime;
  readonly submit: (handler: string, change?: Partial<Job>, options?: SubmitOptions) => Promise<RunningJob>;
  readonly run: (handler: string, change?: Partial<Job>, options?: SubmitOptions) => Promise<RunOutcome>;
}

/** Opens one before the tests of the suite that calls this, and closes it after them. */
export function openRuntime(create: () => Runtime): RuntimeUnderTest {
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
  const submit: RuntimeUnderTest['submit'] = (handler, change = {}, options = {}) =>
    runtime.submit(fixture.job(handler, change), { store: fixture.store, ...options });
  return {
    get fixture() {
      return fixture;
    },
    get runtime() {
      return runtime;
    },
    submit,
    run: async (...request) => (await submit(...request)).wait(),
  };
}

/** Returns when the handler has logged its first metric. */
export async function untilStarted(running: RunningJob): Promise<void> {
  for await (const event of running.events()) if (event.kind === 'metric') return;
}
