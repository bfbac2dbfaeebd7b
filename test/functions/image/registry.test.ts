import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { downloadLayers } from '../../../src/functions/image/registry/download-layers.ts';
import { pushImage } from '../../../src/functions/image/registry/push-image.ts';
import { readRegistryImage } from '../../../src/functions/image/registry/read-image.ts';
import { describeWith } from '../../setup/components.ts';
import { ociSchemaErrors } from '../../support/oci-schemas.ts';
import { type Registry, startRegistry } from '../../support/start-registry.ts';
import { makeImage, makeLayer, noise, temporaryBlobs, temporaryFolder } from './make-image.ts';
import { runProgram } from './run-program.ts';

const platform = { os: 'linux', architecture: 'amd64' };

describeWith(['registry', 'skopeo', 'umoci'], 'an image and a real registry', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  it('is pushed with its attachments, and read by skopeo and umoci', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, {
      layers: [{ 'base.bin': noise(3) }, { 'app/main.mjs': 'console.log(1)\n' }],
      note: 'made by hand',
    });
    const pushed = await pushImage(image, `${registry.host}/team/first:1.0`, { blobs });
    expect(pushed.reference).toBe(`${registry.host}/team/first@${image.manifest.digest}`);
    expect(pushed.uploaded).toHaveLength(5);
    expect(pushed.skipped).toEqual([]);

    const inspected = JSON.parse(
      skopeo('inspect', '--tls-verify=false', `docker://${registry.host}/team/first:1.0`),
    );
    expect(inspected).toMatchObject({
      Digest: image.manifest.digest,
      Architecture: 'amd64',
      Layers: image.layers.map(({ digest }) => digest),
    });
    const folder = temporaryFolder();
    const layout = path.join(folder, 'layout');
    skopeo('copy', '--src-tls-verify=false', `docker://${registry.host}/team/first:1.0`, `oci:${layout}:x`);
    runProgram('umoci', 'unpack', '--rootless', '--image', `${layout}:x`, path.join(folder, 'bundle'));
    expect(readdirSync(path.join(folder, 'bundle/rootfs')).sort()).toEqual(['app', 'base.bin']);
    const tag = image.manifest.digest.replace(':', '-');
    const referrers = JSON.parse(
      skopeo('inspect', '--raw', '--tls-verify=false', `docker://${registry.host}/team/first:${tag}`),
    );
    expect(referrers.manifests).toMatchObject([
      { digest: image.attachments[0]?.digest, artifactType: 'application/vnd.example.note' },
    ]);
  });

  it('is right by the schemas of the OCI specification, with all that goes with it', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: '1' }], note: 'made by hand' });
    const name = `docker://${registry.host}/team/schema`;
    await pushImage(image, `${registry.host}/team/schema`, { blobs });
    const raw = (reference: string, ...more: string[]): unknown =>
      JSON.parse(skopeo('inspect', '--raw', '--tls-verify=false', ...more, reference));
    expect(ociSchemaErrors('image-manifest-schema', raw(name))).toEqual([]);
    expect(ociSchemaErrors('config-schema', raw(name, '--config'))).toEqual([]);
    const attachment = raw(`${name}@${image.attachments[0]?.digest}`);
    expect(ociSchemaErrors('image-manifest-schema', attachment)).toEqual([]);
    const referrers = raw(`${name}:${image.manifest.digest.replace(':', '-')}`);
    expect(ociSchemaErrors('image-index-schema', referrers)).toEqual([]);
    // and the schemas do find what is wrong
    expect(ociSchemaErrors('image-manifest-schema', { schemaVersion: 2, layers: [] })).not.toEqual([]);
  });

  it('costs two requests and no upload when nothing changed', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: 'unchanged' }], note: 'n' });
    await pushImage(image, `${registry.host}/team/unchanged`, { blobs });
    const before = registry.requests().length;
    const again = await pushImage(image, `${registry.host}/team/unchanged`, { blobs });
    expect(again.uploaded).toEqual([]);
    expect(again.skipped).toHaveLength(4);
    await pushImage(image, `${registry.host}/team/end-of-the-log`, { blobs });
    await expect.poll(() => registry.requests().at(-1), { timeout: 30_000 }).toMatch(/^PUT .*end-of-the-log/);
    const requests = registry.requests().slice(before);
    const own = requests.filter((line) => line.includes('/unchanged/'));
    expect(own.map((line) => line.replace(/ .*/, ''))).toEqual(['HEAD', 'HEAD']);
  });

  it('is read back with its layers left where they are until they are wanted', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: noise(1) }, { b: 'two' }] });
    await pushImage(image, `${registry.host}/team/base:20`, { blobs });
    const fresh = temporaryBlobs();
    const base = await readRegistryImage(`${registry.host}/team/base:20`, { blobs: fresh, platform });
    expect(base).toMatchObject({ digest: image.manifest.digest, platform });
    const origin = { registry: registry.host, repository: 'team/base' };
    expect(base.layers).toEqual(image.layers.map((layer) => ({ ...layer, origin })));
    expect(fresh.has(image.layers[0]?.digest ?? '')).toBe(false);
    await downloadLayers(base.layers, { blobs: fresh });
    for (const { digest } of image.layers) expect(fresh.read(digest).equals(blobs.read(digest))).toBe(true);
  });

  it("in Docker's own format is read as the same layers under their OCI names", async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: '1' }, { b: '2' }] });
    await pushImage(image, `${registry.host}/team/oci:1`, { blobs });
    const [from, to] = [`docker://${registry.host}/team/oci:1`, `docker://${registry.host}/team/docker:1`];
    skopeo('copy', '--src-tls-verify=false', '--dest-tls-verify=false', '--format', 'v2s2', from, to);
    const base = await readRegistryImage(`${registry.host}/team/docker:1`, {
      blobs: temporaryBlobs(),
      platform,
    });
    expect(base.digest).not.toBe(image.manifest.digest);
    expect(base.layers.map(({ origin: _, ...layer }) => layer)).toEqual(image.layers);
  });

  it('is read without any request when it is named by a digest that was read before', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs);
    await pushImage(image, `${registry.host}/team/pinned:1`, { blobs });
    const fresh = temporaryBlobs();
    const first = await readRegistryImage(`${registry.host}/team/pinned:1`, { blobs: fresh, platform });
    const gone = `127.0.0.1:1/team/pinned@${first.digest}`;
    expect((await readRegistryImage(gone, { blobs: fresh, platform })).digest).toBe(first.digest);
  });

  it('takes a base layer over from its repository, without downloading it', async () => {
    const blobs = temporaryBlobs();
    const base = await makeImage(blobs, { layers: [{ a: noise(2) }] });
    await pushImage(base, `${registry.host}/team/shared-base:1`, { blobs });
    const fresh = temporaryBlobs();
    const read = await readRegistryImage(`${registry.host}/team/shared-base:1`, { blobs: fresh, platform });
    const image = await makeImage(fresh, { layers: [{ own: 'own' }] });
    const [lower] = read.layers;
    const composed = { ...image, layers: [...(lower ? [lower] : []), ...image.layers] };
    const pushed = await pushImage(composed, `${registry.host}/other/app:1`, { blobs: fresh });
    expect(pushed.mounted.map(({ digest }) => digest)).toEqual([lower?.digest]);
    expect(fresh.has(lower?.digest ?? '')).toBe(false);
  });

  it('mounts a layer that this machine pushed elsewhere before', async () => {
    const blobs = temporaryBlobs();
    const shared = { 'node_modules/x': noise(1) };
    const one = await makeImage(blobs, { layers: [shared, { a: '1' }] });
    const two = await makeImage(blobs, { layers: [shared, { a: '2' }] });
    await pushImage(one, `${registry.host}/functions/one`, { blobs });
    const pushed = await pushImage(two, `${registry.host}/functions/two`, { blobs });
    expect(pushed.mounted.map(({ digest }) => digest)).toEqual([(await makeLayer(blobs, shared)).digest]);
  });
});

function skopeo(...args: string[]): string {
  return runProgram('skopeo', ...args);
}
