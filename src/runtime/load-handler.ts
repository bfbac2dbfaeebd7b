import { nearestName } from '../core/nearest-name.ts';
import { loadBundle } from '../functions/load-bundle.ts';
import type { Handler } from './context.ts';
import { bundleMissing, handlerNotFound } from './errors.ts';
import type { Job } from './job.ts';
import { provideApi } from './provide-api.ts';
import type { SubmitOptions } from './runtime.ts';

/** The function to call: the live one where the submitter gave it, else the bundle's export. */
export async function loadHandler(job: Job, live?: SubmitOptions['live']): Promise<Handler> {
  if (live) return live as unknown as Handler;
  if (job.bundleDirectory === undefined)
    throw bundleMissing(`run "${job.name}" has no bundle to execute`, {
      hint: 'package the function first (codeToFunction, or `slipway build`), or run it inline where it is defined',
    });
  await provideApi(job.bundleDirectory);
  const exports = await loadBundle(job.bundleDirectory);
  const { name } = job.handler;
  const handler = Object.hasOwn(exports, name) ? exports[name] : undefined;
  if (typeof handler === 'function') return handler as Handler;
  const functions = Object.keys(exports).filter((key) => typeof exports[key] === 'function');
  const nearest = nearestName(name, functions);
  throw handlerNotFound(`the bundle of function "${job.function.name}" exports no handler "${name}"`, {
    hint: nearest
      ? `did you mean "${nearest}"?`
      : `it exports ${functions.map((key) => `"${key}"`).join(', ') || 'no function'}`,
  });
}
