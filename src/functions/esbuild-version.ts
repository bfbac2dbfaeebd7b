import { createRequire } from 'node:module';

/** Version of the installed esbuild, without loading it. */
export function esbuildVersion(): string {
  return (createRequire(import.meta.url)('esbuild/package.json') as { version: string }).version;
}
