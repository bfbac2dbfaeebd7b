import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ImageRecord } from '../../src/functions/image/image-records.ts';

/** Removes from Docker what commands with this store built and loaded: the tests leave nothing behind. */
export function removeLoadedImages(storeDirectory: string): void {
  const built = path.join(storeDirectory, 'cache/images/built');
  if (!existsSync(built)) return;
  const tags = readdirSync(built).map((name) => {
    const { image } = JSON.parse(readFileSync(path.join(built, name), 'utf8')) as ImageRecord;
    return `slipway/${image.function}:${image.config.digest.slice('sha256:'.length, 'sha256:'.length + 12)}`;
  });
  if (tags.length > 0) spawnSync('docker', ['rmi', ...tags], { stdio: 'ignore' });
}
