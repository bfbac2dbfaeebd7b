import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ProcessIdentity } from '../../../src/tracking/journal-event.ts';
import { programs } from '../layout.ts';
import { inside } from '../namespaces.ts';
import { pauseImage } from '../node-components.ts';
import { runCommand } from '../run-command.ts';
import { renderLayer } from './layer.ts';
import { type SimpleImage, writeOciLayout } from './oci-layout.ts';

/** Gives the node the image of every pod's sandbox, without a registry. */
export async function importPauseImage(holder: ProcessIdentity, folder: string): Promise<void> {
  const content = readFileSync(programs.pause);
  const layer = await renderLayer([{ name: 'pause', content, mode: 0o755 }]);
  const layout = path.join(folder, 'pause-image');
  mkdirSync(layout, { recursive: true });
  writeOciLayout(layout, pauseImage, { layer, entrypoint: ['/pause'], user: '65535:65535' });
  const archive = path.join(folder, 'pause-image.tar');
  execFileSync('tar', ['-cf', archive, '-C', layout, '.']);
  inside(holder, ['ctr', '--namespace', 'k8s.io', 'images', 'import', '--no-unpack', archive]);
}

/** Pushes an image to a registry on this machine and gives the reference by digest. */
export function pushSimpleImage(image: SimpleImage, repository: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-image-'));
  try {
    const digest = writeOciLayout(folder, repository, image);
    runCommand('skopeo', [
      'copy',
      '--quiet',
      '--preserve-digests',
      '--dest-tls-verify=false',
      `oci:${folder}:image`,
      `docker://${repository}:test`,
    ]);
    return `${repository}@${digest}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
