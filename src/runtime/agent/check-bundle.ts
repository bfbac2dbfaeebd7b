import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleMissing } from '../errors.ts';
import type { Job } from '../job.ts';

/**
 * Refuses an image that holds another function than the one that is to run, or none.
 * @throws BUNDLE_MISSING
 */
export function checkBundle({ name, bundleDirectory, function: wanted, image }: Job): void {
  const found = bundleDirectory === undefined ? undefined : readDigest(bundleDirectory);
  if (found !== undefined && (wanted.digest === undefined || found === wanted.digest)) return;
  const what =
    found === undefined ? 'holds no bundle' : `holds the bundle "${found}" instead of "${wanted.digest}"`;
  throw bundleMissing(`the image "${image ?? ''}" of run "${name}" ${what}`, {
    hint: 'build the image of this function (`slipway build`) and run that',
  });
}

function readDigest(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as { digest?: string })
      .digest;
  } catch {
    return undefined;
  }
}
