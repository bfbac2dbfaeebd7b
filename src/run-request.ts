import { parseDuration } from './core/duration.ts';
import type { Json } from './core/json.ts';
import type { RunOptions } from './function-handle.ts';
import type { RunRequest } from './projects/workspace.ts';
import type { SweepSpec } from './tuning/sweep.ts';

/** What `fn.run(options)` asks for, as plain data. */
export function runRequest<Args>(options: RunOptions<Args>): RunRequest {
  const { name, labels, isolation, seed, secrets, env, signal, returns } = options;
  const sweep = sweepSpec(options);
  return {
    params: (options.params ?? {}) as Readonly<Record<string, unknown>>,
    inputs: (options.inputs ?? {}) as NonNullable<RunRequest['inputs']>,
    ...defined({ name, labels, isolation, seed, secrets, env, signal, returns, sweep }),
    ...(options.timeout === undefined ? {} : { timeoutMs: parseDuration(options.timeout) }),
    ...(options.retries === undefined ? {} : { retry: { retries: options.retries } }),
  };
}

function sweepSpec<Args>(options: RunOptions<Args>): SweepSpec | undefined {
  const { strategy, selector, maxIterations, maxErrors, stop, parallel, seed } = options;
  if (options.hyperparams === undefined && strategy !== 'custom') return undefined;
  return {
    ...(options.hyperparams === undefined
      ? {}
      : { hyperparams: options.hyperparams as Readonly<Record<string, readonly Json[]>> }),
    ...defined({ strategy, selector, maxIterations, maxErrors, stop, parallel, seed }),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
