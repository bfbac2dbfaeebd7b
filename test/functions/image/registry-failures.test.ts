import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { BlobStore } from '../../../src/functions/image/oci/blob-store.ts';
import { mediaTypes } from '../../../src/functions/image/oci/manifest.ts';
import { downloadLayers } from '../../../src/functions/image/registry/download-layers.ts';
import { pushImage } from '../../../src/functions/image/registry/push-image.ts';
import { readRegistryImage } from '../../../src/functions/image/registry/read-image.ts';
import { describeWith } from '../../setup/components.ts';
import { freePort } from '../../support/free-port.ts';
import { type Fault, startCuttingLine, startFaultyRegistry } from '../../support/start-faulty-registry.ts';
import { type Registry, startRegistry } from '../../support/start-registry.ts';
import { makeImage, noise, temporaryBlobs, writeJson } from './make-image.ts';

const platform = { os: 'linux', architecture: 'amd64' };
const retry = { attempts: 4, delay: 1 };
const read = (name: string, blobs: BlobStore = temporaryBlobs()) =>
  readRegistryImage(name, { platform, blobs, retry });

async function faulty(fault: Fault, real?: string) {
  const registry = await startFaultyRegistry(fault, real);
  onTestFinished(() => registry.stop());
  return registry;
}

describe('a registry that', () => {
  it('is down is named, with what to check', async () => {
    const host = `127.0.0.1:${await freePort()}`;
    await expect(read(`${host}/team/app`)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      kind: 'unavailable',
      message: `nothing answers at the registry "${host}"`,
      hint: expect.stringContaining('check the name'),
    });
    await expect(read('registry.invalid/team/app')).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: 'the registry "registry.invalid" has a name that does not resolve',
    });
  });

  it('gives no sign of life is given up', async () => {
    const registry = await faulty(() => true);
    await expect(
      readRegistryImage(`${registry.host}/team/app`, {
        ...{ platform, blobs: temporaryBlobs(), idleTimeout: 50, retry: { attempts: 2, delay: 1 } },
      }),
    ).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: `the registry "${registry.host}" gave no sign of life in time`,
    });
  });

  it('forbids is quoted', async () => {
    const registry = await faulty((_, response) => {
      response.writeHead(403).end('{"errors":[{"code":"DENIED","message":"ask the owner"}]}');
      return true;
    });
    await expect(read(`${registry.host}/team/app:1`)).rejects.toMatchObject({
      code: 'REGISTRY_FORBIDDEN',
      kind: 'auth',
      message: `the image "${registry.host}/team/app:1": the registry "${registry.host}" does not permit it: ask the owner`,
    });
  });

  it.each([
    [429, 'REGISTRY_RATE_LIMITED', 'takes no more requests at the moment'],
    [500, 'REGISTRY_FAILED', 'failed with status 500'],
    [503, 'REGISTRY_FAILED', 'failed with status 503'],
  ])('keeps answering %d is asked four times, then named', async (status, code, message) => {
    const pinged = await faulty((request, response) => {
      response.writeHead(request.url === '/v2/' ? 200 : status).end();
      return true;
    });
    await expect(read(`${pinged.host}/team/app`)).rejects.toMatchObject({
      code,
      kind: 'unavailable',
      message: expect.stringContaining(message),
    });
    expect(pinged.requests).toHaveLength(5);
  });

  it('asks for more time than is worth waiting is not waited for', async () => {
    const registry = await faulty((request, response) => {
      if (request.url === '/v2/') response.end();
      else response.writeHead(429, { 'retry-after': '3600' }).end();
      return true;
    });
    await expect(read(`${registry.host}/team/app`)).rejects.toMatchObject({
      code: 'REGISTRY_RATE_LIMITED',
      retryAfter: 3_600_000,
      hint: expect.stringContaining('try again in 3600 s'),
    });
    expect(registry.requests).toHaveLength(2);
  });

  it('sends to plain HTTP elsewhere is not followed', async () => {
    const registry = await faulty((request, response) => {
      if (request.url === '/v2/') response.end();
      else response.writeHead(307, { location: 'http://blobs.example/x' }).end();
      return true;
    });
    await expect(read(`${registry.host}/team/app`)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: `"${registry.host}" sends us to "blobs.example" over plain HTTP`,
    });
  });

  it('is no registry at all is told apart from one without the image', async () => {
    const registry = await faulty((_, response) => {
      response.end('<html>welcome</html>');
      return true;
    });
    await expect(read(`${registry.host}/team/app`)).rejects.toMatchObject({
      code: 'UNSUPPORTED_IMAGE',
      message: `"${registry.host}/team/app" is no container image`,
    });
  });

  it('has an image of the oldest schema alone is refused', async () => {
    const registry = await faulty((request, response) => {
      const type = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
      if (request.url === '/v2/') response.end();
      else response.writeHead(200, { 'content-type': type }).end('{"schemaVersion":1,"fsLayers":[]}');
      return true;
    });
    await expect(read(`${registry.host}/team/old`)).rejects.toMatchObject({
      code: 'UNSUPPORTED_IMAGE',
      message: `"${registry.host}/team/old" has the manifest of an old schema (1)`,
    });
  });

  it('names a token server without TLS gets no credentials sent there', async () => {
    const registry = await faulty((_, response) => {
      response
        .writeHead(401, { 'www-authenticate': 'Bearer realm="http://tokens.example/t",service="s"' })
        .end();
      return true;
    });
    const env = {
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [registry.host]: { username: 'a', password: 'b' } } }),
    };
    await expect(
      readRegistryImage(`${registry.host}/team/app`, { platform, blobs: temporaryBlobs(), retry, env }),
    ).rejects.toMatchObject({
      code: 'REGISTRY_FAILED',
      message: expect.stringContaining('credentials are not sent over plain HTTP'),
    });
  });

  it('keeps its blobs elsewhere does not make us show the credentials there', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs);
    const seen: (string | undefined)[] = [];
    const storage = await faulty((request, response) => {
      seen.push(request.headers.authorization);
      response.end(blobs.read(`sha256:${request.url?.slice(1)}`));
      return true;
    });
    const registry = await faulty((request, response) => {
      const wanted = request.url?.split('/').at(-1) ?? '';
      if (request.headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      else if (request.url?.includes('/blobs/'))
        response.writeHead(307, { location: `http://${storage.host}/${wanted.slice(7)}` }).end();
      else
        response
          .writeHead(200, { 'content-type': image.manifest.mediaType })
          .end(blobs.read(image.manifest.digest));
      return true;
    });
    const env = {
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [registry.host]: { username: 'a', password: 'b' } } }),
    };
    const base = await readRegistryImage(`${registry.host}/team/app`, {
      platform,
      blobs: temporaryBlobs(),
      retry,
      env,
    });
    expect(base.digest).toBe(image.manifest.digest);
    expect(seen).toEqual([undefined]);
  });

  it('is no longer wanted is left at once', async () => {
    const registry = await faulty(() => true);
    const stop = new AbortController();
    const reading = readRegistryImage(`${registry.host}/team/app`, {
      ...{ platform, blobs: temporaryBlobs(), signal: stop.signal },
    });
    await expect.poll(() => registry.requests.length, { timeout: 30_000 }).toBe(1);
    stop.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('is elsewhere speaks TLS, or is refused', async () => {
    const server = createServer((_, response) => void response.end());
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const { networkInterfaces } = await import('node:os');
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
    // a machine without any network has no address to try
    const host = `${outside ?? '127.0.0.2'}:${port}`;
    const expected = outside === undefined ? 'UNSUPPORTED_IMAGE' : 'REGISTRY_UNREACHABLE';
    await expect(read(`${host}/team/app`)).rejects.toMatchObject({ code: expected });
  });
});

describeWith(['registry'], 'a real registry on a bad day', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  it('without the repository or the tag says which is missing', async () => {
    await expect(read(`${registry.host}/no/such`)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      kind: 'not-found',
      message: expect.stringMatching(
        `^the image "${registry.host}/no/such" does not exist in the registry "${registry.host}": `,
      ),
    });
    const blobs = temporaryBlobs();
    await pushImage(await makeImage(blobs), `${registry.host}/some/app:1`, { blobs });
    await expect(read(`${registry.host}/some/app:2`)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      message: expect.stringContaining(`the image "${registry.host}/some/app:2" does not exist`),
    });
  });

  it('that fails now and then is asked again, after the time that it wants', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: noise(2) }] });
    let count = 0;
    const flaky = await faulty((request, response) => {
      if (request.url === '/v2/' || count++ % 2 === 1) return false;
      request.resume();
      const status = [429, 503, 502][count % 3] ?? 500;
      response.writeHead(status, status === 429 ? { 'retry-after': '0' } : {}).end();
      return true;
    }, registry.host);
    await pushImage(image, `${flaky.host}/flaky/app`, { blobs, retry });
    const fresh = temporaryBlobs();
    const base = await read(`${flaky.host}/flaky/app`, fresh);
    expect(base.digest).toBe(image.manifest.digest);
    await downloadLayers(base.layers, { blobs: fresh, retry });
    expect(fresh.has(image.layers[0]?.digest ?? '')).toBe(true);
  });

  it('gets the whole blob when the connection is cut at half of it', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: noise(8) }] });
    const line = await startCuttingLine(registry.host, { afterSent: 4 << 20 });
    onTestFinished(() => line.stop());
    await pushImage(image, `${line.host}/cut/upload`, { blobs, retry });
    expect(line.cuts).toBe(1);
    expect((await read(`${registry.host}/cut/upload`)).digest).toBe(image.manifest.digest);
  });

  it('is asked for the rest alone when a download is cut at half', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: noise(8) }] });
    await pushImage(image, `${registry.host}/cut/download`, { blobs });
    const line = await startCuttingLine(registry.host, { afterReceived: 4 << 20 });
    onTestFinished(() => line.stop());
    const fresh = temporaryBlobs();
    const base = await read(`${line.host}/cut/download`, fresh);
    const progress: number[] = [];
    await downloadLayers(base.layers, { blobs: fresh, retry, onProgress: ({ done }) => progress.push(done) });
    expect(line.cuts).toBe(1);
    expect(fresh.has(image.layers[0]?.digest ?? '')).toBe(true);
    // never back to the beginning
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    const { size = 0 } = image.layers[0] ?? {};
    expect(progress.at(-1)).toBe(size);
  });

  it('that cuts every connection is given up with nothing half-written', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: noise(2) }] });
    await pushImage(image, `${registry.host}/cut/always`, { blobs });
    const cutting = await faulty((request, response) => {
      if (!request.url?.includes('/blobs/') || request.method === 'HEAD') return false;
      if (request.url.includes(image.config.digest)) return false;
      response.destroy();
      return true;
    }, registry.host);
    const fresh = temporaryBlobs();
    const base = await read(`${cutting.host}/cut/always`, fresh);
    await expect(downloadLayers(base.layers, { blobs: fresh, retry })).rejects.toMatchObject({
      code: 'REGISTRY_CONNECTION_LOST',
      message: expect.stringContaining(`the connection to "${cutting.host}" was cut`),
    });
    expect(readdirSync(path.join(fresh.directory, 'incoming'))).toEqual([]);
    const other = await makeImage(blobs, { layers: [{ a: noise(2) }] });
    await expect(pushImage(other, `${cutting.host}/cut/never`, { blobs, retry })).rejects.toMatchObject({
      code: 'REGISTRY_CONNECTION_LOST',
    });
  });

  it('whose content was changed on the way is not believed', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: noise(2) }] });
    await pushImage(image, `${registry.host}/wrong/content`, { blobs });
    const layer = image.layers[0]?.digest ?? '';
    const lying = await faulty((request, response) => {
      if (!request.url?.includes(layer)) return false;
      response.end(Buffer.alloc(image.layers[0]?.size ?? 0));
      return true;
    }, registry.host);
    const fresh = temporaryBlobs();
    const base = await read(`${lying.host}/wrong/content`, fresh);
    await expect(downloadLayers(base.layers, { blobs: fresh, retry })).rejects.toMatchObject({
      code: 'IMAGE_DIGEST_MISMATCH',
      message: `the registry "${lying.host}" served something else as "${layer}"`,
    });
    expect(fresh.has(layer)).toBe(false);
    const changed = await faulty((request, response) => {
      if (!request.url?.includes('/manifests/')) return false;
      response.end(
        JSON.stringify({ ...JSON.parse(blobs.read(image.manifest.digest).toString()), annotations: {} }),
      );
      return true;
    }, registry.host);
    await expect(read(`${changed.host}/wrong/content@${image.manifest.digest}`)).rejects.toMatchObject({
      code: 'IMAGE_DIGEST_MISMATCH',
      message: expect.stringContaining(`as "${image.manifest.digest}"`),
    });
  });

  it('that gets something else than was meant says so, and has no image', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: noise(2) }, { b: 'small' }] });
    for (const [at, { digest }] of image.layers.entries()) {
      const name = `${registry.host}/wrong/upload-${at}`;
      const file = blobs.path(digest);
      const whole = readFileSync(file);
      writeFileSync(file, Buffer.from(whole).fill(0, 20, 40));
      await expect(pushImage(image, name, { blobs, retry })).rejects.toMatchObject({
        code: 'IMAGE_DIGEST_MISMATCH',
        message: `the registry "${registry.host}" received something else than "${digest}"`,
      });
      writeFileSync(file, whole);
      await expect(read(name)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
    }
  });

  it('whose index lacks the platform says which it has', async () => {
    const blobs = temporaryBlobs();
    const others = [
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
      { os: 'linux', architecture: 's390x' },
    ];
    const name = `${registry.host}/many/platforms`;
    const manifests = [];
    for (const each of others) {
      const image = await makeImage(blobs, { platform: each });
      await pushImage(image, `${name}:${each.architecture}`, { blobs });
      manifests.push({ ...image.manifest, platform: each });
    }
    const unknown = { os: 'unknown', architecture: 'unknown' };
    const index = writeJson(blobs, mediaTypes.index, {
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [...manifests, { ...manifests[0], platform: unknown }],
    });
    await fetch(`${registry.url}/v2/many/platforms/manifests/all`, {
      method: 'PUT',
      headers: { 'content-type': mediaTypes.index },
      body: blobs.read(index.digest),
    });
    await expect(read(`${name}:all`)).rejects.toMatchObject({
      code: 'IMAGE_PLATFORM_NOT_FOUND',
      message: `"${name}:all" has no image for "linux/amd64"`,
      hint: 'it has linux/arm64/v8, linux/s390x: ask for one of these, or choose another base',
    });
    const arm = { os: 'linux', architecture: 'arm64' };
    const base = await readRegistryImage(`${name}:all`, { platform: arm, blobs: temporaryBlobs() });
    expect(base).toMatchObject({ digest: manifests[0]?.digest, platform: others[0] });
    await expect(read(`${name}:s390x`)).rejects.toMatchObject({ code: 'IMAGE_PLATFORM_NOT_FOUND' });
  });

  it('that lost the base meanwhile says so when the layers are wanted', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: noise(1) }] });
    await pushImage(image, `${registry.host}/bases/deleted`, { blobs });
    const fresh = temporaryBlobs();
    const base = await read(`${registry.host}/bases/deleted`, fresh);
    const layer = image.layers[0]?.digest;
    await fetch(`${registry.url}/v2/bases/deleted/blobs/${layer}`, { method: 'DELETE' });
    const expected = {
      code: 'IMAGE_NOT_FOUND',
      message: `the base image's layer "${layer}" is gone from "${registry.host}/bases/deleted"`,
      hint: expect.stringContaining('deleted after its digest was looked up'),
    };
    await expect(downloadLayers(base.layers, { blobs: fresh, retry })).rejects.toMatchObject(expected);
    const composed = { ...(await makeImage(fresh)), layers: base.layers };
    await expect(
      pushImage(composed, `${registry.host}/apps/on-deleted`, { blobs: fresh, retry }),
    ).rejects.toMatchObject(expected);
  });
});
