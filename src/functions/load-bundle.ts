import { statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleNotFound } from './errors.ts';

/** What was imported from a path: Node keeps a module for ever, so other content needs another URL. */
const imported = new Map<string, string>();

/**
 * Imports a bundle's module: its handlers (or, for `bundleModule`, all exports) by name. A bundle that uses values of
 * `slipway` finds them in the slot `api` of the global state. What the code throws while it loads comes through as it is.
 * @throws BUNDLE_NOT_FOUND
 */
export async function loadBundle(directory: string): Promise<Record<string, unknown>> {
  const file = path.join(directory, 'main.mjs');
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat)
    throw bundleNotFound(`bundle "${directory}" does not exist`, {
      hint: 'package the function again (`slipway build`)',
    });
  const content = `${stat.size}-${stat.mtimeMs}`;
  const url = pathToFileURL(file).href;
  const before = imported.get(url) ?? content;
  if (!imported.has(url)) imported.set(url, content);
  return (await import(before === content ? url : `${url}?${content}`)) as Record<string, unknown>;
}
