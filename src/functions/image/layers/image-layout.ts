/** Where things are in an image, without the leading slash. */
export const layout = {
  root: 'slipway',
  init: 'slipway/init',
  runner: 'slipway/runner.mjs',
  /** What a pod starts in place of the runner: it runs that, and brings its run to a tracking server. */
  agent: 'slipway/agent.mjs',
  /** What a pod of a pipeline's workflow starts. */
  step: 'slipway/step.mjs',
  /** The runner's own files and packages, apart from those of the function. */
  runtime: 'slipway/runtime',
  bundle: 'slipway/bundle',
  /** Packages that the bundle leaves out: found from `slipway/bundle` by walking up. */
  packages: 'slipway/node_modules',
  /** Working directory; writable only where something is mounted there. */
  work: 'work',
} as const;

/** What a container of an image starts. */
export const entrypoint: readonly string[] = [`/${layout.init}`, 'node', `/${layout.runner}`];

/** What a pod starts in an image of ours. */
export const podCommand: readonly string[] = [`/${layout.init}`, 'node', `/${layout.agent}`];

/** What a pod of a pipeline's workflow starts in an image of ours. */
export const stepCommand: readonly string[] = [`/${layout.init}`, 'node', `/${layout.step}`];

/** Whom it runs as unless told otherwise: nobody in particular, in no group. */
export const defaultUser = '65532:65532';
