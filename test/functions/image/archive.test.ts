import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readArchiveImage } from '../../../src/functions/image/archive/read-archive.ts';
import { writeDockerArchive, writeOciArchive } from '../../../src/functions/image/archive/write-archive.ts';
import type { BlobStore } from '../../../src/functions/image/oci/blob-store.ts';
import { mediaTypes } from '../../../src/functions/image/oci/manifest.ts';
import { describeWith } from '../../setup/components.ts';
import { ociSchemaErrors } from '../../support/oci-schemas.ts';
import { makeImage, makeTar, noise, temporaryBlobs, temporaryFolder, writeJson } from './make-image.ts';
import { runProgram } from './run-program.ts';

const platform = { os: 'linux', architecture: 'amd64' };
const read = (file: string, blobs: BlobStore = temporaryBlobs()) =>
  readArchiveImage(file, { platform, blobs });

describe('an archive of an image', () => {
  it('is read back as the image that was written', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: noise(1) }, { b: 'two' }], note: 'hand-made' });
    const file = path.join(temporaryFolder(), 'out/image.tar');
    await writeOciArchive(image, file, { blobs });
    const fresh = temporaryBlobs();
    const base = await read(file, fresh);
    expect(base).toMatchObject({
      reference: file,
      digest: image.manifest.digest,
      layers: image.layers,
      platform,
    });
    for (const { digest } of image.layers) expect(fresh.has(digest)).toBe(true);
    expect(readdirSync(path.dirname(file))).toEqual(['image.tar']);
  });

  it('is right by the schemas of the OCI specification', async () => {
    const blobs = temporaryBlobs();
    const folder = temporaryFolder();
    const file = path.join(folder, 'image.tar');
    await writeOciArchive(await makeImage(blobs, { note: 'n' }), file, { blobs });
    runProgram('tar', '-xf', file, '-C', folder);
    const json = (name: string) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
    const blob = ({ digest }: { digest: string }) => json(`blobs/sha256/${digest.slice(7)}`);
    expect(ociSchemaErrors('image-layout-schema', json('oci-layout'))).toEqual([]);
    const top = json('index.json');
    expect(ociSchemaErrors('image-index-schema', top)).toEqual([]);
    const inner = blob(top.manifests[0]);
    expect(ociSchemaErrors('image-index-schema', inner)).toEqual([]);
    expect(inner.manifests).toHaveLength(2);
    for (const entry of inner.manifests)
      expect(ociSchemaErrors('image-manifest-schema', blob(entry))).toEqual([]);
    expect(ociSchemaErrors('config-schema', blob(blob(inner.manifests[0]).config))).toEqual([]);
  });

  it('has the same bytes whenever it is written', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { note: 'n' });
    const folder = temporaryFolder();
    for (const name of ['one.tar', 'two.tar'])
      await writeOciArchive(image, path.join(folder, name), { blobs });
    const [one, two] = ['one.tar', 'two.tar'].map((name) => readFileSync(path.join(folder, name)));
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
  });

  it('may be gzipped', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs);
    const file = path.join(temporaryFolder(), 'image.tar');
    await writeOciArchive(image, file, { blobs });
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
    expect((await read(`${file}.gz`)).digest).toBe(image.manifest.digest);
  });

  it.each([0.3, 0.6, 0.9])('that was cut off at %d of its length is refused', async (part) => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: noise(1) }, { b: noise(1) }] });
    const file = path.join(temporaryFolder(), 'image.tar');
    await writeOciArchive(image, file, { blobs });
    truncateSync(file, Math.floor(readFileSync(file).length * part));
    const target = temporaryBlobs();
    await expect(read(file, target)).rejects.toMatchObject({
      code: 'IMAGE_ARCHIVE_INVALID',
      message: `"${file}" is cut off: it ends in the middle`,
      hint: 'copy or save the image again',
    });
    expect(readdirSync(path.join(target.directory, 'incoming'))).toEqual([]);
  });

  it('that was cut off while gzipped is refused', async () => {
    const blobs = temporaryBlobs();
    const file = path.join(temporaryFolder(), 'image.tar');
    await writeOciArchive(await makeImage(blobs, { layers: [{ a: noise(1) }] }), file, { blobs });
    const zipped = gzipSync(readFileSync(file));
    writeFileSync(file, zipped.subarray(0, zipped.length / 2));
    await expect(read(file)).rejects.toMatchObject({
      code: 'IMAGE_ARCHIVE_INVALID',
      message: expect.stringContaining('is cut off'),
    });
  });

  it('is refused when a blob is not what its name says', async () => {
    const blobs = temporaryBlobs();
    const file = path.join(temporaryFolder(), 'image.tar');
    await writeOciArchive(await makeImage(blobs, { layers: [{ a: noise(1) }] }), file, { blobs });
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(500_000) ^ 1, 500_000);
    writeFileSync(file, bytes);
    await expect(read(file)).rejects.toMatchObject({
      code: 'IMAGE_DIGEST_MISMATCH',
      message: expect.stringContaining(`"${file}" is damaged`),
    });
  });

  it('of something else is refused', async () => {
    const folder = temporaryFolder();
    const text = path.join(folder, 'notes.tar');
    writeFileSync(text, 'these are notes\n'.repeat(100));
    await expect(read(text)).rejects.toMatchObject({
      code: 'IMAGE_ARCHIVE_INVALID',
      message: `"${text}" is no archive of an image: it is no tar`,
    });
    const tar = path.join(folder, 'files.tar');
    writeFileSync(tar, await makeTar({ 'a.txt': 'a' }));
    await expect(read(tar)).rejects.toMatchObject({
      code: 'IMAGE_ARCHIVE_INVALID',
      message: `"${tar}" is a tar that holds no image`,
    });
    await expect(read(folder)).rejects.toMatchObject({ code: 'IMAGE_ARCHIVE_INVALID' });
    await expect(read(path.join(folder, 'none.tar'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it('for other platforms says which it has', async () => {
    const blobs = temporaryBlobs();
    const file = path.join(temporaryFolder(), 'image.tar');
    await writeOciArchive(
      await makeImage(blobs, { platform: { os: 'linux', architecture: 's390x' } }),
      file,
      { blobs },
    );
    await expect(read(file)).rejects.toMatchObject({
      code: 'IMAGE_PLATFORM_NOT_FOUND',
      message: `"${file}" has no image for "linux/amd64"`,
      hint: expect.stringContaining('it has linux/s390x'),
    });
  });

  it('goes into a pipe as it is made, and leaves devices what they are', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs);
    const folder = temporaryFolder();
    const pipe = path.join(folder, 'pipe');
    runProgram('mkfifo', pipe);
    const [piped] = await Promise.all([readFile(pipe), writeOciArchive(image, pipe, { blobs })]);
    await writeOciArchive(image, path.join(folder, 'image.tar'), { blobs });
    expect(piped.equals(readFileSync(path.join(folder, 'image.tar')))).toBe(true);
    expect(statSync(pipe).isFIFO()).toBe(true);
  });

  it('is not written over a folder, and leaves nothing when a layer is missing', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs);
    const folder = temporaryFolder();
    await expect(writeOciArchive(image, folder, { blobs })).rejects.toMatchObject({
      code: 'IMAGE_ARCHIVE_INVALID',
      message: `"${folder}" is a folder, and the image is to be one file`,
    });
    rmSync(blobs.path(image.config.digest));
    await expect(writeOciArchive(image, path.join(folder, 'x.tar'), { blobs })).rejects.toMatchObject({
      code: 'IMAGE_BLOB_MISSING',
      message: `the blob "${image.config.digest}" of the image is not in the cache`,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('with two images for one platform does not guess', async () => {
    const blobs = temporaryBlobs();
    const images = [await makeImage(blobs), await makeImage(blobs, { layers: [{ other: 'x' }] })];
    const files: Record<string, Buffer> = { 'oci-layout': Buffer.from('{"imageLayoutVersion":"1.0.0"}') };
    for (const { manifest, config, layers } of images)
      for (const { digest } of [manifest, config, ...layers])
        files[`blobs/sha256/${digest.slice(7)}`] = blobs.read(digest);
    const index = { schemaVersion: 2, manifests: images.map(({ manifest }) => manifest) };
    files['index.json'] = blobs.read(writeJson(blobs, mediaTypes.index, index).digest);
    const file = path.join(temporaryFolder(), 'two.tar');
    writeFileSync(file, await makeTar(files));
    await expect(read(file)).rejects.toMatchObject({
      code: 'IMAGE_ARCHIVE_INVALID',
      message: `"${file}" holds 2 images for the platform`,
    });
  });
});

describeWith(['skopeo', 'umoci'], 'an archive of an image and other programs', () => {
  it('is read by skopeo as an OCI archive and unpacked by umoci', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, {
      layers: [{ 'etc/one': '1' }, { 'app/main.mjs': '2' }],
      note: 'n',
    });
    const folder = temporaryFolder();
    const file = path.join(folder, 'image.tar');
    await writeOciArchive(image, file, { blobs });
    runProgram('skopeo', 'copy', `oci-archive:${file}`, `oci:${folder}/copy:x`);
    runProgram('umoci', 'unpack', '--rootless', '--image', `${folder}/copy:x`, path.join(folder, 'bundle'));
    expect(readdirSync(path.join(folder, 'bundle/rootfs')).sort()).toEqual(['app', 'etc']);
    expect(JSON.parse(runProgram('skopeo', 'inspect', `oci:${folder}/copy:x`)).Digest).toBe(
      image.manifest.digest,
    );
  });

  it('is read by skopeo as a Docker archive', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: '1' }, { b: '2' }] });
    const file = path.join(temporaryFolder(), 'image.tar');
    await writeDockerArchive(image, file, { blobs, tags: ['team/train:1'] });
    const inspected = JSON.parse(
      runProgram('skopeo', 'inspect', '--config', `docker-archive:${file}:team/train:1`),
    );
    expect(inspected.rootfs.diff_ids).toEqual(image.layers.map(({ diffId }) => diffId));
  });

  it.each(['oci-archive', 'docker-archive'])('that skopeo wrote as %s is read', async (kind) => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: '1' }, { b: '2' }] });
    const folder = temporaryFolder();
    await writeOciArchive(image, path.join(folder, 'ours.tar'), { blobs });
    const theirs = path.join(folder, 'theirs.tar');
    runProgram('skopeo', 'copy', `oci-archive:${folder}/ours.tar`, `${kind}:${theirs}:team/train:1`);
    const base = await read(theirs);
    expect(base.layers.map(({ diffId }) => diffId)).toEqual(image.layers.map(({ diffId }) => diffId));
    expect(base.config.rootfs.diff_ids).toHaveLength(2);
  });
});
