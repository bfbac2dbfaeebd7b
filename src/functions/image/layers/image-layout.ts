/** Where things are in an image, without the leading slash. */
export const layout = {
  root: 'slipway',
  init: 'slipway/init',
  runner: 'slipway/runner.mjs',
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

/** Whom it runs as unless told otherwise: nobody in particular, in no group. */
export const defaultUser = '65532:65532';
