import { execFileSync, spawnSync } from 'node:child_process';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { describeWith } from '../setup/components.ts';
import { makeNodeImage, nodeImage } from '../support/node-image.ts';
import { createFolder } from './slipway.ts';

const steps = `import type { Context } from 'slipway';
export async function one(_ctx: Context, {}: {}) { return { n: 1 }; }
export async function two(_ctx: Context, { n }: { n: number }) { return { n: n + 1 }; }
`;

const pipeline = `import { codeToFunction, pipeline } from 'slipway';
const [one, two] = await Promise.all(
  ['one', 'two'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
export default pipeline('main', () => {
  const first = one.with({ runtime: 'docker', image: 'TAG' })({});
  return { n: two({ n: first.n }).n };
});
`;

/** Names an image that has the same content and another digest. */
function moveTag(tag: string): void {
  const container = execFileSync('docker', ['create', nodeImage, 'node'], { encoding: 'utf8' }).trim();
  try {
    execFileSync('docker', ['commit', '-c', 'LABEL release=2', container, tag], { stdio: 'ignore' });
  } finally {
    spawnSync('docker', ['rm', container], { stdio: 'ignore' });
  }
}

describeWith(['docker'], 'a cached step with an image of its own', () => {
  beforeAll(() => makeNodeImage());

  it('is taken as long as its tag stands for the same image, and runs again once it stands for another', async () => {
    const tag = `slipway-test/cached:${createUid()}`;
    const folder = createFolder({ 'steps.ts': steps, 'main.pipeline.ts': pipeline.replace('TAG', tag) });
    onTestFinished(() => void spawnSync('docker', ['rmi', tag], { stdio: 'ignore' }));
    execFileSync('docker', ['tag', nodeImage, tag]);
    const run = async (): Promise<Readonly<Record<string, string>>> => {
      const { data, stderr } = await folder.json([
        'pipeline',
        'run',
        'main.pipeline.ts',
        '--cache',
        '--quiet',
      ]);
      expect(data.state, stderr).toBe('completed');
      expect(data.outputs).toEqual({ n: 2 });
      return Object.fromEntries(
        data.steps.map(({ id, reason }: { id: string; reason: string }) => [id, reason]),
      );
    };
    expect(await run()).toMatchObject({ one: 'ran: nothing is cached for this step' });
    expect(await run()).toMatchObject({
      one: expect.stringMatching(/^cached: /),
      two: expect.stringMatching(/^cached: /),
    });

    moveTag(tag);
    expect(await run()).toMatchObject({
      one: expect.stringMatching(/^ran: the image changed/),
      two: expect.stringMatching(/^cached: /),
    });
    expect(await run()).toMatchObject({ one: expect.stringMatching(/^cached: /) });

    execFileSync('docker', ['tag', nodeImage, tag]);
    expect(await run(), 'what the first image gave is still there').toMatchObject({
      one: expect.stringMatching(/^cached: /),
    });
  }, 300_000);
});
