import { parseDuration } from './core/duration.ts';
import type { Json } from './core/json.ts';
import { nearestName } from './core/nearest-name.ts';
import type { RunOptions } from './function-handle.ts';
import type { RunRequest } from './projects/workspace.ts';
import { invalidRequest } from './projects/workspace-errors.ts';
import type { SweepSpec } from './tuning/sweep.ts';

const known: Readonly<Record<keyof RunOptions, true>> = {
  params: true,
  inputs: true,
  name: true,
  handler: true,
  labels: true,
  runtime: true,
  isolation: true,
  resources: true,
  image: true,
  imageName: true,
  kubernetes: true,
  network: true,
  timeout: true,
  retries: true,
  seed: true,
  secrets: true,
  env: true,
  hyperparams: true,
  strategy: true,
  selector: true,
  maxIterations: true,
  maxErrors: true,
  stop: true,
  parallel: true,
  returns: true,
  notifications: true,
  signal: true,
  throwOnFailure: true,
};

/**
 * What `fn.run(options)` asks for, as plain data.
 * @throws INVALID_REQUEST for an option that does not exist: notebooks of other kernels and plain JavaScript are not type-checked
 */
export function runRequest<Args>(options: RunOptions<Args>): RunRequest {
  refuseUnknown(options);
  const { name, labels, isolation, resources, image, imageName, kubernetes, network } = options;
  const { seed, secrets, env, signal, returns, notifications } = options;
  const sweep = sweepSpec(options);
  return {
    params: (options.params ?? {}) as Readonly<Record<string, unknown>>,
    inputs: (options.inputs ?? {}) as NonNullable<RunRequest['inputs']>,
    ...defined({ name, labels, isolation, resources, image, imageName, kubernetes, network }),
    ...defined({ seed, secrets, env, signal, returns, sweep, notifications }),
    ...(options.timeout === undefined ? {} : { timeoutMs: parseDuration(options.timeout) }),
    ...(options.retries === undefined ? {} : { retry: { retries: options.retries } }),
  };
}

function refuseUnknown(options: object): void {
  const unknown = Object.keys(options).filter((key) => !Object.hasOwn(known, key));
  if (unknown.length === 0) return;
  const near = nearestName(unknown[0] ?? '', Object.keys(known));
  throw invalidRequest(`run() has no option ${unknown.map((key) => `"${key}"`).join(', ')}`, {
    hint: near ? `did you mean "${near}"?` : 'values for the handler go into params, data into inputs',
  });
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
