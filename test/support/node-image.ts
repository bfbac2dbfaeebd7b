import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** An image with this Node and the libraries that it loads, and nothing else: what a user's own image is to Slipway. */
export const nodeImage: string = `slipway-test/node:${process.versions.node}`;

/** Makes the image if the daemon does not have it. */
export function makeNodeImage(): void {
  if (spawnSync('docker', ['image', 'inspect', nodeImage], { stdio: 'ignore' }).status === 0) return;
  const root = mkdtempSync(path.join(tmpdir(), 'slipway-image-'));
  try {
    importRoot(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function importRoot(root: string): void {
  const node = realpathSync(process.execPath);
  const libraries = execFileSync('ldd', [node], { encoding: 'utf8' }).match(/\/[^ )]+/g) ?? [];
  copy(node, path.join(root, 'usr/bin/node'));
  for (const library of libraries) copy(realpathSync(library), path.join(root, library));
  mkdirSync(path.join(root, 'etc'), { recursive: true });
  writeFileSync(path.join(root, 'etc/passwd'), 'root:x:0:0::/tmp:/none\n');
  const tar = path.join(tmpdir(), `${path.basename(root)}.tar`);
  try {
    execFileSync('tar', ['-C', root, '-cf', tar, '.']);
    execFileSync('docker', ['import', '-c', 'ENV PATH=/usr/bin', tar, nodeImage], { stdio: 'ignore' });
  } finally {
    rmSync(tar, { force: true });
  }
}

function copy(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, to);
}
