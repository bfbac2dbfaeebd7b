import '../../src/register-api.ts';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { loadPipeline } from '../../src/projects/load-pipeline.ts';
import { planPart } from '../../src/projects/partial-pipeline.ts';
import { planPipeline, startPipeline, startPipelinePlan } from '../../src/projects/start-pipeline.ts';
import { folderWith, inWorkspace } from './support.ts';

const functions = `import { existsSync } from 'node:fs';
import type { Context } from 'slipway';
export async function slow() {
  while (!existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 20));
  return { n: 2 };
}
export function after(_ctx: Context, { n }: { n: number }) {
  return { twice: n * 2 };
}
`;
const main = `import { codeToFunction, pipeline } from 'slipway';
const [slow, after] = await Promise.all(
  ['slow', 'after'].map((handler) => codeToFunction({ filename: 'functions.ts', handler })));
export default pipeline('main', () => {
  after({ n: slow({}).n });
});
`;

it('a part takes outputs of a run that has them, and leaves alone one of the same pipeline that is under way', async () => {
  const directory = folderWith({
    'functions.ts': functions,
    'main.ts': main,
    'project.yaml': 'name: demo\npipelines: [{ name: main, file: main.ts }]\n',
    go: '',
  });
  const flag = path.join(directory, 'go');
  await inWorkspace(directory, async (workspace) => {
    const pipeline = await loadPipeline(workspace, 'main');
    const whole = await (await startPipeline(workspace, pipeline)).wait();
    expect(whole.state).toBe('completed');

    rmSync(flag);
    let tell: () => void = () => undefined;
    const slowRuns = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const underWay = await startPipeline(workspace, pipeline, {
      onEvent: (event) => {
        if (event.type === 'step' && event.step === 'slow' && event.state === 'running') tell();
      },
    });
    await slowRuns;
    const plan = await planPart(workspace, planPipeline(workspace, pipeline, {}), { only: 'after' });
    const part = await (await startPipelinePlan(workspace, plan, {})).wait();
    expect(part.steps).toMatchObject([
      { id: 'slow', state: 'completed', cached: true, reason: `given: from run ${whole.uid}` },
      { id: 'after', state: 'completed', results: { twice: 4 } },
    ]);
    await expect(
      planPart(workspace, planPipeline(workspace, pipeline, {}), { only: 'after' }, underWay.uid),
    ).rejects.toMatchObject({
      code: 'RESUME_IMPOSSIBLE',
      message: expect.stringContaining(`run "${underWay.uid}" does not have the outputs`),
    });

    writeFileSync(flag, '');
    expect(await underWay.wait()).toMatchObject({
      state: 'completed',
      steps: [
        { id: 'slow', state: 'completed' },
        { id: 'after', state: 'completed' },
      ],
    });
  });
});
