import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openBlobStore } from '../../../src/functions/image/oci/blob-store.ts';
import { mediaTypes } from '../../../src/functions/image/oci/manifest.ts';
import { proxyFor } from '../../../src/functions/image/registry/http/proxy.ts';
import { pushImage } from '../../../src/functions/image/registry/push-image.ts';
import { readRegistryImage } from '../../../src/functions/image/registry/read-image.ts';
import { describeWith } from '../../setup/components.ts';
import { makeCertificate } from '../../support/make-certificate.ts';
import { startFaultyRegistry } from '../../support/start-faulty-registry.ts';
import { type Registry, startRegistry } from '../../support/start-registry.ts';
import { canMount, mountDisk } from '../../tracking/mount-disk.ts';
import { compileProgram } from '../child-process.ts';
import { makeImage, noise, temporaryBlobs, temporaryFolder } from './make-image.ts';

const platform = { os: 'linux', architecture: 'amd64' };

describeWith(['registry'], 'transfers', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  it('go on from where the registry says it is, after a cut at half of a blob', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: noise(4) }] });
    const layer = image.layers[0];
    const size = layer?.size ?? 0;
    const kept: Buffer[] = [];
    const ranges: (string | undefined)[] = [];
    const have = (): number => kept.reduce((sum, chunk) => sum + chunk.length, 0);
    // a registry that keeps what came before a cut, which the real one does not
    const keeping = await startFaultyRegistry(async (request, response) => {
      const { method, url = '' } = request;
      if (method === 'POST' && kept.length === 0)
        response.writeHead(202, { location: '/v2/resumed/own' }).end();
      else if (method === 'PATCH' && url.includes('/own')) {
        ranges.push(request.headers['content-range']);
        for await (const chunk of request) {
          kept.push(chunk as Buffer);
          if (ranges.length === 1 && have() > size / 2) {
            response.destroy();
            return true;
          }
        }
        response.writeHead(202, { location: '/v2/resumed/own', range: `0-${have() - 1}` }).end();
      } else if (method === 'GET' && url.includes('/own'))
        response.writeHead(204, { location: '/v2/resumed/own', range: `0-${have() - 1}` }).end();
      else if (method === 'PUT' && url.includes('/own')) {
        const started = await fetch(`${registry.url}/v2/resumed/app/blobs/uploads/`, { method: 'POST' });
        const to = `${started.headers.get('location')}&digest=${layer?.digest}`;
        const put = await fetch(to, { method: 'PUT', body: Buffer.concat(kept) });
        response.writeHead(put.status).end();
      } else return false;
      return true;
    }, registry.host);
    onTestFinished(() => keeping.stop());
    const lone = { ...image, layers: image.layers };
    await pushImage(lone, `${keeping.host}/resumed/app`, { blobs, parallel: 1, retry: { delay: 1 } });
    expect(ranges).toHaveLength(2);
    expect(ranges[0]).toBeUndefined();
    const resumedAt = Number(/^(\d+)-/.exec(ranges[1] ?? '')?.[1]);
    expect(resumedAt).toBeGreaterThan(size / 2);
    expect(ranges[1]).toBe(`${resumedAt}-${size - 1}`);
    expect(`sha256:${createHash('sha256').update(Buffer.concat(kept)).digest('hex')}`).toBe(layer?.digest);
  });

  it('of one image by four builders at once leave it whole', async () => {
    const cache = temporaryFolder();
    const program = compileProgram(`
      import { openBlobStore } from './functions/image/oci/blob-store.ts';
      import { pushImage } from './functions/image/registry/push-image.ts';
      import { createReadStream, readFileSync } from 'node:fs';
      const [cache, source, description, name] = process.argv.slice(2);
      const image = JSON.parse(readFileSync(description, 'utf8'));
      const [blobs, made] = [openBlobStore(cache), openBlobStore(source)];
      for (const blob of [image.manifest, image.config, ...image.layers])
        await blobs.writeStream(blob.mediaType, createReadStream(made.path(blob.digest)), blob);
      await pushImage(image, name, { blobs });
    `);
    const source = temporaryFolder();
    const image = await makeImage(openBlobStore(source), { layers: [{ a: noise(6) }, { b: 'two' }] });
    const description = path.join(source, 'image.json');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(description, JSON.stringify(image));
    const name = `${registry.host}/builders/app`;
    const ended = await Promise.all([1, 2, 3, 4].map(() => run(program, [cache, source, description, name])));
    expect(ended).toEqual([0, 0, 0, 0]);
    const blobs = openBlobStore(cache);
    for (const { digest } of [image.manifest, image.config, ...image.layers])
      expect(
        `sha256:${createHash('sha256')
          .update(readFileSync(blobs.path(digest)))
          .digest('hex')}`,
      ).toBe(digest);
    expect(readdirSync(path.join(blobs.directory, 'incoming'))).toEqual([]);
    expect((await readRegistryImage(name, { platform, blobs: temporaryBlobs() })).digest).toBe(
      image.manifest.digest,
    );
  });

  it('go through the proxy that the environment names', async () => {
    const folder = temporaryFolder();
    const certificate = makeCertificate(folder);
    const secure = await startRegistry({ tls: certificate });
    onTestFinished(() => secure.stop());
    const port = secure.host.split(':')[1];
    const asked: string[] = [];
    const proxy = createServer().on('connect', (request, client) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
      const tunnel = connect(Number(port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        tunnel.pipe(client).pipe(tunnel);
      });
      for (const socket of [tunnel, client]) socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const { port: proxyPort } = proxy.address() as { port: number };
    const env = { HTTPS_PROXY: `http://ada:s3cret@127.0.0.1:${proxyPort}`, HOME: folder };
    const blobs = temporaryBlobs();
    const name = `registry.example:${port}/behind/proxy`;
    const image = await makeImage(blobs);
    await pushImage(image, name, { blobs, env, insecure: true });
    expect(asked[0]).toBe(`registry.example:${port} Basic ${Buffer.from('ada:s3cret').toString('base64')}`);
    const other = `localhost:${port}/behind/proxy`;
    const base = await readRegistryImage(other, {
      platform,
      blobs: temporaryBlobs(),
      env,
      caFile: certificate.ca,
    });
    expect(base.digest).toBe(image.manifest.digest);
    expect(asked.every((line) => line.startsWith('registry.example'))).toBe(true);
  });
});

describe('the proxy for a registry', () => {
  const env = {
    https_proxy: 'http://proxy:3128',
    NO_PROXY: 'localhost,.corp.example,*.lab.example,10.0.0.1,host:5000',
  };
  it.each([
    ['https://registry.example.com/', 'http://proxy:3128/'],
    ['https://r.corp.example/', undefined],
    ['https://corp.example/', undefined],
    ['https://r.lab.example/', undefined],
    ['https://notcorp.example/', 'http://proxy:3128/'],
    ['https://10.0.0.1/', undefined],
    ['https://host:5000/', undefined],
    ['https://host:6000/', 'http://proxy:3128/'],
    ['https://127.0.0.1/', undefined],
    ['http://registry.example.com/', undefined],
  ])('at %s is %s', (url, proxy) => {
    expect(proxyFor(new URL(url), env)?.href).toBe(proxy);
  });
});

describe.runIf(canMount)('a full disk', () => {
  it('is named, and nothing half-written stays', async () => {
    const disk = mountDisk('1m');
    const blobs = openBlobStore(disk);
    const half = (async function* () {
      for (let chunk = 0; chunk < 40; chunk++) yield Buffer.alloc(1 << 16, chunk);
    })();
    await expect(blobs.writeStream(mediaTypes.layer, half)).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining('cannot be written: the disk is full'),
    });
    expect(readdirSync(path.join(blobs.directory, 'incoming'))).toEqual([]);
    expect(() => blobs.writeBytes(mediaTypes.layer, Buffer.alloc(2 << 20))).toThrow(
      expect.objectContaining({ code: 'DISK_FULL' }),
    );
    const small = blobs.writeBytes(mediaTypes.layer, Buffer.from('fits'));
    expect(blobs.read(small.digest).toString()).toBe('fits');
  });
});

function run(program: string, args: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    spawn(process.execPath, [program, ...args], { stdio: 'inherit' }).once('close', resolve);
  });
}
