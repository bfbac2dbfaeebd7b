import { digestBytes } from '../core/digest.ts';
import { canonicalJson, type Json, toJson } from '../core/json.ts';
import type { BundleManifest, HandlerSpec } from './function-spec.ts';

/** Everything that a bundle's digest covers. */
export interface DigestedFunction {
  /** main.mjs, with or without its reference to the source map. */
  readonly code: string;
  readonly handlers: readonly HandlerSpec[];
  readonly externals: Readonly<Record<string, string>>;
  readonly target: string;
  readonly returns?: Readonly<Record<string, string>> | undefined;
}

/**
 * Digest of a function: SHA-256 of the canonical JSON of its code, its handlers' contracts with their documentation, the
 * packages left outside at their versions, and the Node version it is for. The code is esbuild's output with minified
 * white space, so comments and formatting are not in it; where handlers stand in their file, the source map, paths of
 * installed packages and the time do not count either. It can be computed again from the files alone.
 */
export function bundleDigest(digested: DigestedFunction): string {
  const contract = {
    code: digestBytes(normaliseCode(digested.code)),
    handlers: [...digested.handlers]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ source: _, ...handler }) => toJson(handler)),
    externals: digested.externals,
    target: digested.target,
    ...(digested.returns && Object.keys(digested.returns).length > 0 ? { returns: digested.returns } : {}),
  };
  return digestBytes(canonicalJson(contract as Json));
}

/** Without the map's address, and with wrapped CommonJS files named from their package on: where `node_modules` lies is no part of the function. */
function normaliseCode(code: string): string {
  const text = code.trimEnd();
  const lastLine = Math.max(text.lastIndexOf('\n'), 0);
  const tail = text.slice(lastLine).replace(/\n?\/\/# sourceMappingURL=\S*$/, '');
  return nameFromPackage(text.slice(0, lastLine) + tail).trimEnd();
}

/** Line by line, and only where there is something to name: searching megabytes with the expression alone takes long. */
function nameFromPackage(code: string): string {
  let named = '';
  let done = 0;
  for (let at = code.indexOf(installed); at >= 0; at = code.indexOf(installed, done)) {
    const start = code.lastIndexOf('\n', at) + 1;
    const newline = code.indexOf('\n', at);
    const end = newline < 0 ? code.length : newline;
    const line = code.slice(start, end).replace(/"[^"\n]*node_modules\/([^"\n]+)"\(/g, '"$1"(');
    named += code.slice(done, start) + line;
    done = end;
  }
  return named + code.slice(done);
}

const installed = 'node_modules/';

export function manifestDigest(
  manifest: BundleManifest,
  code: string,
  handlers: readonly HandlerSpec[],
  returns?: Readonly<Record<string, string>>,
): string {
  return bundleDigest({ code, handlers, externals: manifest.externals, target: manifest.target, returns });
}
