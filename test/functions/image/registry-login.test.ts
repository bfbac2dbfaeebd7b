import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pushImage } from '../../../src/functions/image/registry/push-image.ts';
import { readRegistryImage } from '../../../src/functions/image/registry/read-image.ts';
import type { RegistryOptions } from '../../../src/functions/image/registry/registry-options.ts';
import { describeWith } from '../../setup/components.ts';
import { type CertificateFiles, makeCertificate } from '../../support/make-certificate.ts';
import { type Registry, startRegistry } from '../../support/start-registry.ts';
import { startTokenServer, type TokenServer } from '../../support/start-token-server.ts';
import { makeImage, temporaryBlobs, temporaryFolder } from './make-image.ts';
import { runProgram } from './run-program.ts';

const platform = { os: 'linux', architecture: 'amd64' };
const secret = 's3cret:with colon';

describeWith(['registry', 'skopeo'], 'a registry with passwords and TLS', () => {
  let folder: string;
  let certificate: CertificateFiles;
  let registry: Registry;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'slipway-login-'));
    certificate = makeCertificate(folder);
    registry = await startRegistry({ users: { ada: secret }, tls: certificate });
  });
  afterAll(async () => {
    await registry.stop();
    rmSync(folder, { recursive: true });
  });

  const push = async (options: RegistryOptions): Promise<string> => {
    const blobs = temporaryBlobs();
    const name = `${registry.host}/team/secure:1`;
    const retry = { delay: 1 };
    const { reference } = await pushImage(await makeImage(blobs), name, { blobs, retry, ...options });
    return reference;
  };
  const dockerConfig = (config: object): { DOCKER_CONFIG: string; PATH: string } => {
    const directory = temporaryFolder();
    writeFileSync(path.join(directory, 'config.json'), JSON.stringify(config));
    return { DOCKER_CONFIG: directory, PATH: process.env.PATH ?? '' };
  };
  const basicAuth = (password = secret) => Buffer.from(`ada:${password}`).toString('base64');

  it('takes the credentials of the Docker configuration and the certificate of its authority', async () => {
    const env = dockerConfig({ auths: { [registry.host]: { auth: basicAuth() } } });
    const reference = await push({ env, caFile: certificate.ca });
    const inspected = runProgram(
      'skopeo',
      'inspect',
      '--tls-verify=false',
      '--creds',
      `ada:${secret}`,
      `docker://${reference}`,
    );
    expect(reference).toContain(JSON.parse(inspected).Digest);
    const blobs = temporaryBlobs();
    const base = await readRegistryImage(reference, { platform, blobs, env, caFile: certificate.ca });
    expect(reference).toContain(base.digest);
  });

  it.each([
    [
      'SSL_CERT_FILE',
      () => ({
        ...dockerConfig({}),
        SSL_CERT_FILE: certificate.ca,
        DOCKER_AUTH_CONFIG: JSON.stringify({
          auths: { [`https://${registry.host}/v2/`]: { username: 'ada', password: secret } },
        }),
      }),
    ],
    [
      'SLIPWAY_REGISTRY_…',
      () => ({
        ...dockerConfig({}),
        SSL_CERT_FILE: certificate.ca,
        SLIPWAY_REGISTRY: registry.host,
        SLIPWAY_REGISTRY_USER: 'ada',
        SLIPWAY_REGISTRY_PASSWORD: secret,
      }),
    ],
  ])('can be told of by the environment: %s', async (_, env) => {
    expect(await push({ env: env() })).toContain('@sha256:');
  });

  it.each([
    ['a helper of its own', (host: string) => ({ credHelpers: { [host]: 'test' } })],
    ['the store of all credentials', () => ({ credsStore: 'test' })],
  ])('takes the credentials of a program: %s', async (_, config) => {
    const env = withHelper(dockerConfig(config(registry.host)), [
      `read server; echo "$server" > "$DOCKER_CONFIG/asked"`,
      `printf '{"ServerURL":"%s","Username":"ada","Secret":"${secret}"}' "$server"`,
    ]);
    expect(await push({ env, caFile: certificate.ca })).toContain('@sha256:');
    expect(readFileSync(path.join(env.DOCKER_CONFIG, 'asked'), 'utf8')).toBe(`${registry.host}\n`);
  });

  it('is not sent the credentials of another registry', async () => {
    const env = {
      ...dockerConfig({ auths: { 'other.example': { auth: basicAuth() } } }),
      SLIPWAY_REGISTRY: 'other.example',
      SLIPWAY_REGISTRY_USER: 'ada',
      SLIPWAY_REGISTRY_PASSWORD: secret,
    };
    await expect(push({ env, caFile: certificate.ca })).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: `the registry "${registry.host}" wants credentials, and there are none for it`,
      hint: expect.stringContaining(`docker login ${registry.host}`),
    });
  });

  it('refuses wrong credentials, which no message shows', async () => {
    const env = dockerConfig({ auths: { [registry.host]: { auth: basicAuth('wr0ng') } } });
    const error = await push({ env, caFile: certificate.ca }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: `the registry "${registry.host}" refuses the credentials from "${env.DOCKER_CONFIG}/config.json"`,
      hint: expect.stringContaining('mistyped or expired'),
    });
    const shown = JSON.stringify(error) + String((error as Error).stack);
    for (const hidden of ['wr0ng', basicAuth('wr0ng')]) expect(shown).not.toContain(hidden);
  });

  it('is not trusted without its certificate, except on request', async () => {
    const env = dockerConfig({ auths: { [registry.host]: { auth: basicAuth() } } });
    await expect(push({ env })).rejects.toMatchObject({
      code: 'REGISTRY_CERTIFICATE_INVALID',
      message: expect.stringContaining(`the certificate of the registry "${registry.host}" is not trusted`),
      hint: expect.stringContaining('--registry-ca'),
    });
    expect(await push({ env, insecure: true })).toContain('@sha256:');
    const none = path.join(temporaryFolder(), 'none.pem');
    await expect(push({ env, caFile: none })).rejects.toMatchObject({
      code: 'REGISTRY_CERTIFICATE_INVALID',
      message: `the file of trusted certificates "${none}" cannot be read`,
    });
  });

  it('says which helper or configuration is broken, without what is in it', async () => {
    const helper = (lines: string[]) => withHelper(dockerConfig({ credsStore: 'test' }), lines);
    await expect(
      push({ env: dockerConfig({ credsStore: 'absent' }), caFile: certificate.ca }),
    ).rejects.toMatchObject({
      code: 'CREDENTIAL_HELPER_FAILED',
      message: 'the credential helper "docker-credential-absent" is not installed',
    });
    await expect(
      push({ env: helper(['echo locked', 'exit 1']), caFile: certificate.ca }),
    ).rejects.toMatchObject({
      code: 'CREDENTIAL_HELPER_FAILED',
      message: 'the credential helper "docker-credential-test" ended with exit code 1: locked',
    });
    const unknown = helper(['echo credentials not found in native keychain', 'exit 1']);
    await expect(push({ env: unknown, caFile: certificate.ca })).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
    });
    const broken = { ...dockerConfig({}), DOCKER_AUTH_CONFIG: `{"auths": {"x": "${secret}` };
    const error = await push({ env: broken, caFile: certificate.ca }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'DOCKER_CONFIG_INVALID' });
    expect(JSON.stringify(error)).not.toContain(secret);
  });
});

describeWith(['registry'], 'a registry with a token server', () => {
  let folder: string;
  let tokens: TokenServer;
  let registry: Registry;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'slipway-token-'));
    tokens = await startTokenServer(folder);
    registry = await startRegistry({ token: tokens });
  });
  afterAll(async () => {
    await registry.stop();
    await tokens.stop();
    rmSync(folder, { recursive: true });
  });
  const login = (config: object): RegistryOptions => ({
    env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [registry.host]: config } }), HOME: folder },
    retry: { delay: 1 },
  });
  const password = { username: 'ada', password: secret };

  it('is pushed to with one token for all requests', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs, { layers: [{ a: '1' }, { b: '2' }], note: 'n' });
    tokens.clear();
    await pushImage(image, `${registry.host}/team/app`, { blobs, ...login(password) });
    expect(tokens.asked()).toEqual([
      { grant: 'password', user: 'ada', scope: 'repository:team/app:pull,push' },
    ]);
    const base = await readRegistryImage(`${registry.host}/team/app`, {
      platform,
      blobs: temporaryBlobs(),
      ...login(password),
    });
    expect(base.digest).toBe(image.manifest.digest);
    expect(tokens.asked().slice(1)).toMatchObject([{ scope: 'repository:team/app:pull' }]);
  });

  it('gives a token for an identity token', async () => {
    const blobs = temporaryBlobs();
    const options = { blobs, ...login({ identitytoken: tokens.identity }) };
    await pushImage(await makeImage(blobs), `${registry.host}/team/identity`, options);
    expect(tokens.asked().at(-1)).toMatchObject({ grant: 'refresh_token' });
  });

  it('is asked for another token when one has died', async () => {
    const blobs = temporaryBlobs();
    tokens.clear();
    // the first is dead on arrival; the server says that it lives
    tokens.nextIsDead();
    await pushImage(await makeImage(blobs), `${registry.host}/team/refreshed`, { blobs, ...login(password) });
    expect(tokens.asked().length).toBeGreaterThanOrEqual(2);
  });

  it('mounts from another repository with a token for both', async () => {
    const blobs = temporaryBlobs();
    const options = { blobs, ...login(password) };
    const shared = { shared: Buffer.alloc(100_000, Math.random().toString()) };
    const big = {
      noise: Buffer.from(Array.from({ length: 100_000 }, () => Math.floor(Math.random() * 256))),
    };
    await pushImage(await makeImage(blobs, { layers: [big, shared] }), `${registry.host}/team/from`, options);
    const pushed = await pushImage(
      await makeImage(blobs, { layers: [big, { own: '1' }] }),
      `${registry.host}/team/to`,
      options,
    );
    expect(pushed.mounted).toHaveLength(1);
    expect(tokens.asked().at(-1)?.scope).toBe('repository:team/to:pull,push repository:team/from:pull');
  });

  it('tells a user without permission from one without a login', async () => {
    const blobs = temporaryBlobs();
    const image = await makeImage(blobs);
    await expect(
      pushImage(image, `${registry.host}/forbidden/app`, { blobs, ...login(password) }),
    ).rejects.toMatchObject({
      code: 'REGISTRY_FORBIDDEN',
      message: expect.stringContaining(
        'does not permit "repository:forbidden/app:pull,push" to the credentials from the variable DOCKER_AUTH_CONFIG',
      ),
    });
    await expect(
      pushImage(image, `${registry.host}/team/app`, {
        blobs,
        ...login({ username: 'ada', password: 'wrong' }),
      }),
    ).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
  });
});

function withHelper<E extends { DOCKER_CONFIG: string; PATH: string }>(env: E, lines: readonly string[]): E {
  const programs = path.join(env.DOCKER_CONFIG, 'bin');
  mkdirSync(programs);
  const file = path.join(programs, 'docker-credential-test');
  writeFileSync(file, `#!/bin/sh\n${lines.join('\n')}\n`);
  chmodSync(file, 0o755);
  return { ...env, PATH: `${programs}:${env.PATH}` };
}
