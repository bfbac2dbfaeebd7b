import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A one-layer image for this machine's platform. */
export interface SimpleImage {
  readonly layer: Buffer;
  readonly entrypoint: readonly string[];
  readonly user?: string;
  readonly env?: readonly string[];
}

/** Writes an image as an OCI layout, which `ctr` imports (packed) and `skopeo` pushes. Gives the digest of its manifest. */
export function writeOciLayout(folder: string, name: string, image: SimpleImage): string {
  const put = (mediaType: string, bytes: Buffer): { mediaType: string; digest: string; size: number } => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    mkdirSync(path.join(folder, 'blobs/sha256'), { recursive: true });
    writeFileSync(path.join(folder, 'blobs/sha256', hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const layer = put('application/vnd.oci.image.layer.v1.tar', image.layer);
  const config = put('application/vnd.oci.image.config.v1+json', json(renderConfig(image, layer.digest)));
  const manifestType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = put(
    manifestType,
    json({ schemaVersion: 2, mediaType: manifestType, config, layers: [layer] }),
  );
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': 'image' };
  writeFileSync(path.join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(
    path.join(folder, 'index.json'),
    json({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  );
  return manifest.digest;
}

function renderConfig({ entrypoint, user, env }: SimpleImage, diffId: string): unknown {
  return {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      Entrypoint: entrypoint,
      Env: env ?? ['PATH=/usr/local/bin:/usr/bin:/bin'],
      ...(user === undefined ? {} : { User: user }),
    },
    rootfs: { type: 'layers', diff_ids: [diffId] },
  };
}
