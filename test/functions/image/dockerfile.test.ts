import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../../src/core/id.ts';
import { connectDocker } from '../../../src/functions/image/docker/connect-docker.ts';
import { renderDockerfile } from '../../../src/functions/image/docker/render-dockerfile.ts';
import { type CommandedBase, runCommands } from '../../../src/functions/image/docker/run-commands.ts';
import type { BlobStore } from '../../../src/functions/image/oci/blob-store.ts';
import { pushImage } from '../../../src/functions/image/registry/push-image.ts';
import { readRegistryImage } from '../../../src/functions/image/registry/read-image.ts';
import { describeWith } from '../../setup/components.ts';
import { type Registry, startRegistry } from '../../support/start-registry.ts';
import { makeImage, temporaryBlobs } from './make-image.ts';
import { runProgram } from './run-program.ts';

const platform = { os: 'linux', architecture: 'amd64' };

describe('the Dockerfile of commands', () => {
  it('is the text in the golden file', () => {
    const text = renderDockerfile({
      from: `docker.io/library/node@sha256:${'a'.repeat(64)}`,
      base: { reference: 'node:22-slim', digest: `sha256:${'a'.repeat(64)}` },
      commands: [
        'apt-get update && apt-get install -y --no-install-recommends git=1:2.39*',
        'echo "$HOME" > /etc/home',
        'echo one\necho two',
        '[ -f /etc/passwd ]',
        '--mount is no flag here',
        'echo trailing \\',
        'cat <<EOF',
      ],
      user: 'node',
    });
    expect(text).toBe(
      readFileSync(path.join(import.meta.dirname, '../../golden/commands.Dockerfile'), 'utf8'),
    );
  });

  it('lets no command and no name become another instruction', () => {
    const text = renderDockerfile({
      from: 'x',
      base: { reference: 'a\nRUN evil', digest: 'd' },
      commands: ['true\nFROM evil', 'true \\\nUSER evil'],
    });
    expect(text.split('\n').filter((line) => /^(FROM|USER|RUN evil)/.test(line))).toEqual([
      'FROM x',
      'USER 0',
    ]);
  });
});

describeWith(['docker', 'registry'], 'commands on a base image', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  it('are run by Docker, and what comes out is a base by digest that can be pushed', async () => {
    const blobs = temporaryBlobs();
    const base = await shellBase(registry, blobs);
    const printed: string[] = [];
    const made = await runCommands(
      base,
      ['echo made by a command > /made.txt', `echo ${createUid()} > /unique`],
      {
        blobs,
        onOutput: (text) => printed.push(text),
      },
    );
    removeLater(made, base.digest);
    expect(made.built?.dockerfile).toContain('RUN echo made by a command > /made.txt\n');
    expect(printed.join('')).toContain('Step 1/5 : FROM ');
    expect(made.layers.slice(0, base.layers.length)).toEqual(base.layers);
    expect(made.layers).toHaveLength(base.layers.length + 2);
    expect(made.config.config?.User).toBe('1000');
    const layer = gunzipSync(readFileSync(blobs.path(made.layers[base.layers.length]?.digest ?? '')));
    expect(layer.includes('made by a command')).toBe(true);

    const { config } = JSON.parse(blobs.read(made.digest).toString());
    const manifest = {
      mediaType: config.mediaType.replace('config', 'manifest'),
      digest: made.digest,
      size: blobs.read(made.digest).length,
    };
    const image = { ...made, manifest, config, attachments: [] };
    const pushed = await pushImage(image, `${registry.host}/team/with-commands`, { blobs });
    expect(pushed.reference).toBe(`${registry.host}/team/with-commands@${made.digest}`);
    expect(
      JSON.parse(runProgram('skopeo', 'inspect', '--tls-verify=false', `docker://${pushed.reference}`))
        .Layers,
    ).toHaveLength(made.layers.length);
  });

  it('are not run again while nothing changed, without a daemon even', async () => {
    const blobs = temporaryBlobs();
    const base = await shellBase(registry, blobs);
    const commands = [`echo ${createUid()} > /unique`];
    const first = await runCommands(base, commands, { blobs });
    removeLater(first, base.digest);
    const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    const { built: _, ...expected } = first;
    expect(await runCommands(base, commands, { blobs, env })).toEqual(expected);
    await expect(runCommands(base, ['another'], { blobs, env })).rejects.toMatchObject({
      code: 'DOCKER_UNAVAILABLE',
    });
  });

  it('that fail are named with their exit code and what they printed last', async () => {
    const blobs = temporaryBlobs();
    const base = await shellBase(registry, blobs);
    removeLater(base, base.digest);
    await expect(runCommands(base, ['true', 'echo cannot find it; exit 3'], { blobs })).rejects.toMatchObject(
      {
        code: 'DOCKER_BUILD_FAILED',
        message: 'the command "echo cannot find it; exit 3" for the base image ended with exit code 3',
        hint: expect.stringContaining('cannot find it'),
      },
    );
    expect(existsSync(path.join(blobs.directory, 'commands'))).toBe(false);
  });
});

/** A base with a shell, in the registry: the machine's own. */
async function shellBase(registry: Registry, blobs: BlobStore) {
  const libraries = runProgram('ldd', '/bin/sh').match(/\/\S+/g) ?? [];
  const shell = ['/bin/sh', ...libraries].map((file) => [file.slice(1), readFileSync(file)]);
  const image = await makeImage(blobs, {
    layers: [Object.fromEntries(shell), { 'tmp/.keep': createUid() }],
    config: { User: '1000', Env: ['PATH=/bin'] },
  });
  const name = `${registry.host}/bases/shell:${image.manifest.digest.slice(7, 19)}`;
  await pushImage(image, name, { blobs });
  return readRegistryImage(name, { blobs, platform });
}

function removeLater({ built }: CommandedBase, base: string): void {
  onTestFinished(async () => {
    const docker = await connectDocker();
    const own = built === undefined ? [] : [built.tag];
    for (const tag of [...own, `slipway/base:${base.slice(7, 19)}`])
      await docker.getImage(tag).remove({ force: true });
  });
}
