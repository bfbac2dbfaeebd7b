import { copyFileSync } from 'node:fs';
import path from 'node:path';
import type { PackagedFunction } from '../../src/functions/function-spec.ts';
import { packageFunction } from '../../src/functions/package-function.ts';

/** The function that the steps of all cases call, packaged once in a project's folder. */
export function packageHandlers(root: string): Promise<PackagedFunction> {
  copyFileSync(path.join(import.meta.dirname, 'handlers.ts'), path.join(root, 'handlers.ts'));
  return packageFunction({
    source: 'handlers.ts',
    handlers: ['act', 'tell'],
    name: 'handlers',
    root,
    cacheDirectory: path.join(root, '.slipway/cache'),
  });
}
