import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../setup/components.ts';
import { removeLoadedImages } from '../support/remove-images.ts';
import { startTrackingServer, type TrackingServer } from '../support/start-tracking-server.ts';
import { createFolder, type Folder } from './slipway.ts';

const handlers = `
import type { Context, DataItem } from 'slipway';
export async function make(ctx: Context, {}: {}) {
  await ctx.logArtifact('rows', 'x\\n'.repeat(4));
}
export async function train(ctx: Context, { data }: { data: DataItem }) {
  console.log('training on ' + (await data.text()).length);
  await ctx.logArtifact('model', 'weights');
  return { length: (await data.text()).length };
}
`;

describeWith(['docker'], 'a run in a container in a project with a tracking server', () => {
  let home: string;
  let server: TrackingServer;
  beforeAll(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'slipway-tracked-docker-'));
    server = await startTrackingServer(home);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const tracked = (): Folder => {
    const folder = createFolder({
      'project.yaml': `name: demo\ntracking: { url: '${server.address.url}', tokenFile: token }\n`,
      'train.ts': handlers,
    });
    writeFileSync(path.join(folder.path, 'token'), server.address.token ?? '');
    return folder;
  };

  it('reads an artifact that was made elsewhere, without a network, and is found from elsewhere', async () => {
    const [there, here] = [tracked(), tracked()];
    onTestFinished(() => removeLoadedImages(path.join(here.path, '.slipway')));
    const made = await there.json(['run', 'train.ts', '--handler', 'make', '-q']);
    expect(made.data.state, made.stderr).toBe('completed');
    const args = ['--handler', 'train', '-i', 'data=store://demo/rows', '--runtime', 'docker', '-q'];
    const used = await here.json(['run', 'train.ts', ...args]);
    expect(used.data, JSON.stringify(used.data.error) + used.stderr).toMatchObject({
      state: 'completed',
      results: { length: 8 },
    });
    const { uid } = used.data;
    expect((await there.json(['describe', 'run', uid])).data).toMatchObject({
      runtime: 'docker',
      state: 'completed',
      inputs: { data: { digest: made.data.artifacts[0].digest } },
      artifacts: [{ key: 'model' }],
    });
    expect((await there.slipway(['logs', uid])).stdout).toBe('training on 8\n');
  }, 240_000);
});
