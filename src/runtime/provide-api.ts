import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { globalState } from '../core/global-state.ts';
import { packageRoot } from '../core/package-root.ts';
import type { BundleManifest } from '../functions/function-spec.ts';

/** Loads the public API for a bundle whose code imports values from `slipway`, unless this process has it already. */
export async function provideApi(bundleDirectory: string): Promise<void> {
  const slots = (globalThis as { [key: symbol]: Map<string, unknown> | undefined })[Symbol.for('slipway')];
  if (slots?.has('api') || !needsApi(bundleDirectory)) return;
  const api: unknown = await import(pathToFileURL(path.join(packageRoot(), 'dist', 'index.mjs')).href);
  globalState('api', () => api);
}

const answers = new Map<string, boolean>();

/** Bundles are named by their content: what a manifest says does not change. */
function needsApi(bundleDirectory: string): boolean {
  const answer = answers.get(bundleDirectory) ?? readNeedsApi(bundleDirectory);
  answers.set(bundleDirectory, answer);
  return answer;
}

function readNeedsApi(bundleDirectory: string): boolean {
  try {
    const text = readFileSync(path.join(bundleDirectory, 'manifest.json'), 'utf8');
    return (JSON.parse(text) as BundleManifest).needsApi;
  } catch {
    // a bundle without a manifest that can be read fails on loading, with the reason
    return false;
  }
}
