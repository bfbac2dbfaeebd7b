import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFolder, type Folder, type Json, type Running } from '../../e2e/slipway.ts';
import { untilStored } from '../../e2e/ticking-run.ts';
import { describeWith } from '../../setup/components.ts';
import { type ArgoNamespace, openArgoNamespace } from './support/argo-namespace.ts';

const steps = `import type { Context, PipelineStatus } from 'slipway';
export function quick() { return { n: 1 }; }
export async function slow(ctx: Context, { n }: { n: number }) {
  for (let tick = 0; tick < 3000; tick++) {
    ctx.logMetric('tick', tick, { step: tick });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { n };
}
export function after(_ctx: Context, { n }: { n: number }) { return { n }; }
export async function linger(ctx: Context) {
  ctx.logMetric('waits', 1);
  await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  return {};
}
export function fail(): { n: number } { throw new Error('it cannot be done'); }
export function goodbye(_ctx: Context, { status }: { status: PipelineStatus }) { return { told: status.state }; }
`;
const pipeline = `import { codeToFunction, pipeline } from 'slipway';
const [quick, slow, after, goodbye] = await Promise.all(
  ['quick', 'slow', 'after', 'goodbye'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
export default pipeline('main', (p) => {
  after({ n: slow({ n: quick({}).n }).n });
  p.onExit((status: any) => goodbye({ status }));
});
`;
/** A step fails while another runs, which takes its time to stop. */
const failing = `import { codeToFunction, pipeline } from 'slipway';
const [quick, linger, fail, goodbye] = await Promise.all(
  ['quick', 'linger', 'fail', 'goodbye'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
export default pipeline('main', (p) => {
  const waiting = linger({});
  p.after(quick({})).do(() => fail({}));
  p.onExit((status: any) => goodbye({ status }));
}, { onFailure: 'stop' });
`;

describeWith(['argo'], 'a pipeline on Argo Workflows that is interrupted', () => {
  let place: ArgoNamespace;

  beforeAll(async () => {
    place = await openArgoNamespace();
  });

  afterAll(() => place?.close());

  const project = (pipelineText: string): Folder =>
    createFolder({
      'project.yaml': `name: demo
image: { name: "${place.cluster.registry}/slipway-test/argo-stop/{function}" }
kubernetes: { namespace: ${place.namespace}, requests: { cpu: 20m, memory: 128Mi } }
pipelines:
  - { name: main, file: main.pipeline.ts }
`,
      'steps.ts': steps,
      'main.pipeline.ts': pipelineText,
    });
  const start = (folder: Folder): Running =>
    folder.start(['pipeline', 'run', 'main', '--engine', 'argo', '--quiet', '-o', 'json'], place.env);
  const untilStep = (folder: Folder, filter: string): Promise<unknown> =>
    untilStored({ folder, project: 'demo', query: { filter, all: true } }, (found) => found.length > 0);
  const stateIn = (document: Json, id: string): string =>
    document.steps.find((step: Json) => step.id === id)?.state;

  it('by Ctrl-C ends its pods, runs its exit step, is recorded as aborted and answers 130', async () => {
    const folder = project(pipeline);
    const started = start(folder);
    await untilStep(folder, `name = 'slow' and metrics.tick > 1`);
    started.child.kill('SIGINT');
    const { code, stdout, stderr } = await started.ended;
    expect(code, stderr).toBe(130);

    const document = JSON.parse(stdout) as Json;
    expect(document).toMatchObject({ state: 'aborted', error: { code: 'RUN_ABORTED' } });
    expect(['quick', 'slow', 'after', 'goodbye'].map((id) => stateIn(document, id))).toEqual([
      'completed',
      'aborted',
      'skipped',
      'completed',
    ]);
    const goodbye = document.steps.find(({ id }: Json) => id === 'goodbye');
    expect(goodbye.results).toEqual({ told: 'aborted' });
    expect((await folder.json(['get', 'run', document.uid], place.env)).data.state).toBe('aborted');

    const phasesOf = (kind: string): string[] =>
      place
        .items(kind)
        .filter(({ metadata }) => metadata.labels['slipway.run'] === document.uid)
        .map(({ status }) => status.phase);
    expect(phasesOf('workflows.argoproj.io')).toEqual(['Failed']);
    expect(phasesOf('pods')).toHaveLength(3);
    expect(phasesOf('pods').filter((phase) => phase === 'Running' || phase === 'Pending')).toEqual([]);
  }, 420_000);

  it('by Ctrl-C while a failed step has the others end tells its exit step what the local engine tells', async () => {
    const folder = project(failing);
    const started = start(folder);
    await untilStep(folder, `name = 'fail' and state = 'error'`);
    started.child.kill('SIGINT');
    const { code, stdout, stderr } = await started.ended;
    expect(code, stderr).toBe(130);
    const document = JSON.parse(stdout) as Json;
    expect(document).toMatchObject({ state: 'aborted', error: { code: 'RUN_ABORTED' } });
    expect(['fail', 'linger', 'goodbye'].map((id) => stateIn(document, id))).toEqual([
      'error',
      'aborted',
      'completed',
    ]);
    const goodbye = document.steps.find(({ id }: Json) => id === 'goodbye');
    expect(goodbye.results).toEqual({ told: 'aborted' });
  }, 420_000);
});
