import { describe, expect, it } from 'vitest';
import { mergeStepOptions, withStepDefaults } from '../../src/pipelines/dsl/step-defaults.ts';
import { plan, step } from './support/plan.ts';

const planned = plan(
  [
    step('plain'),
    step('own', {
      options: {
        cache: { mode: 'write' },
        timeoutMs: 5,
        env: { A: 'call' },
        secrets: ['TOKEN'],
        labels: { level: 'call' },
      },
    }),
    step('never', { options: { cache: { mode: 'off' } } }),
  ],
  { onExit: step('bye') },
);
const optionsOf = (result: typeof planned) =>
  Object.fromEntries(result.spec.steps.map((one) => [one.id, one.options]));

describe('options of steps', () => {
  it('come from the project, the function and the call, the inner level before the outer', () => {
    const result = withStepDefaults(planned, {
      project: { cache: { mode: 'on', version: '3' }, env: { A: 'project', B: 'project' } },
      functions: {
        any: { timeoutMs: 100, runtime: 'process', secrets: ['KEY'], resources: { memory: 10 } },
        other: { seed: 1 },
      },
    });
    expect(optionsOf(result)).toEqual({
      plain: {
        cache: { mode: 'on', version: '3' },
        env: { A: 'project', B: 'project' },
        timeoutMs: 100,
        runtime: 'process',
        secrets: ['KEY'],
        resources: { memory: 10 },
      },
      own: {
        cache: { mode: 'write' },
        env: { A: 'call', B: 'project' },
        timeoutMs: 5,
        runtime: 'process',
        secrets: ['KEY', 'TOKEN'],
        labels: { level: 'call' },
        resources: { memory: 10 },
      },
      never: expect.objectContaining({ cache: { mode: 'off' } }),
    });
    expect(result.spec.onExit?.options.cache).toBeUndefined();
  });

  it('let the command line turn caching on where nobody says otherwise, and off everywhere', () => {
    const on = optionsOf(
      withStepDefaults(planned, { project: { cache: { mode: 'off', ttlMs: 9 } }, cache: 'on' }),
    );
    expect([on.plain?.cache, on.own?.cache, on.never?.cache]).toEqual([
      { mode: 'on', ttlMs: 9 },
      { mode: 'write' },
      { mode: 'off' },
    ]);
    const off = optionsOf(withStepDefaults(planned, { project: { cache: { mode: 'on' } }, cache: 'off' }));
    expect([off.plain?.cache?.mode, off.own?.cache?.mode]).toEqual(['off', 'off']);
  });

  it('of nothing are nothing', () => {
    expect(mergeStepOptions({}, {})).toEqual({});
  });
});
