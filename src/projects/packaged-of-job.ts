import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { BundleManifest, PackagedFunction } from '../functions/function-spec.ts';
import { bundleMissing } from '../runtime/errors.ts';
import type { Job } from '../runtime/job.ts';

/**
 * The function of a step, of which the plan has kept what runs need.
 * @throws BUNDLE_MISSING
 */
export function packagedOf({ name, function: called, handler, bundleDirectory }: Job): PackagedFunction {
  if (bundleDirectory === undefined)
    throw bundleMissing(`run "${name}" has no bundle that could go into an image`, {
      hint: 'package the function first (codeToFunction, or `slipway build`)',
    });
  const manifest = readManifest(bundleDirectory);
  const { digest } = manifest;
  const { source = called.name } = called;
  const nothing = { included: [], dropped: [], warnings: [] };
  return {
    spec: {
      apiVersion: 'slipway/v1',
      kind: 'Function',
      metadata: { name: called.name },
      spec: {
        handlers: { [handler.name]: handler },
        defaultHandler: handler.name,
        digest,
        bundle: manifest,
        source,
      },
    },
    bundle: { directory: bundleDirectory, digest, manifest },
    report: { ...manifest, ...nothing, source, reused: true },
  };
}

function readManifest(directory: string): BundleManifest {
  return JSON.parse(readFileSync(path.join(directory, 'manifest.json'), 'utf8')) as BundleManifest;
}
