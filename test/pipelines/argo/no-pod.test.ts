import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createFolder, type Folder, type Json } from '../../e2e/slipway.ts';
import { describeWith } from '../../setup/components.ts';
import { type ArgoNamespace, openArgoNamespace } from './support/argo-namespace.ts';

const steps = `import type { Context, PipelineStatus } from 'slipway';
export function train() { return { n: 1 }; }
export function plus(_ctx: Context, { n }: { n: number }) { return { n: n + 1 }; }
export function none() { return { ns: [] as number[] }; }
export function count(_ctx: Context, { ns }: { ns: number[] }) { return { n: ns.length }; }
export function goodbye(_ctx: Context, { status }: { status: PipelineStatus }) { return { told: status.state }; }
`;
const refused = 'step "train": it gets no pod: the quota "tight"';
const pipeline = (body: string): string => `import { codeToFunction, pipeline } from 'slipway';
const [train, plus, none, count, goodbye] = await Promise.all(
  ['train', 'plus', 'none', 'count', 'goodbye'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
${body}
`;

describeWith(['argo'], 'a pipeline on Argo Workflows whose pods the cluster does not let be', () => {
  let place: ArgoNamespace;

  beforeAll(async () => {
    place = await openArgoNamespace();
  });

  afterAll(() => place?.close());

  const project = (body: string): Folder =>
    createFolder({
      'project.yaml': `name: demo
image: { name: "${place.cluster.registry}/slipway-test/argo-no-pod/{function}" }
kubernetes: { namespace: ${place.namespace}, requests: { cpu: 20m, memory: 128Mi }, pendingSeconds: 5 }
pipelines:
  - { name: main, file: main.pipeline.ts }
`,
      'steps.ts': steps,
      'main.pipeline.ts': pipeline(body),
    });
  const allowNoPods = (): void => {
    const { cluster, namespace } = place;
    cluster.kubectl(['create', 'quota', 'tight', '-n', namespace, '--hard=pods=0']);
    onTestFinished(() => void cluster.kubectl(['delete', 'quota', 'tight', '-n', namespace]));
  };
  const stateIn = (document: Json, id: string): Json => document.steps.find((step: Json) => step.id === id);
  const phaseOf = (run: string): string =>
    place.items('workflows.argoproj.io').find(({ metadata }) => metadata.labels['slipway.run'] === run)
      ?.status.phase;
  const run = async (folder: Folder, told: string): Promise<{ document: Json; stderr: string }> => {
    const started = folder.start(['pipeline', 'run', 'main', '--engine', 'argo', '-o', 'json'], place.env);
    await started.sees(told);
    const { code, stdout, stderr } = await started.ended;
    expect(code, stderr).toBe(1);
    return { document: JSON.parse(stdout), stderr };
  };

  it('says which quota is used up and what to do, fails when that takes too long, and ends its workflow', async () => {
    allowNoPods();
    const folder = project(`export default pipeline('main', () => { train({}); });`);
    const { document, stderr } = await run(folder, refused);
    expect(stderr).toContain('have the quota raised');
    expect(stderr.split('step "train": it gets no pod').length - 1).toBe(1);
    expect(document.state).toBe('error');
    const { state, error } = stateIn(document, 'train');
    expect(state).toBe('error');
    expect(error).toMatchObject({ code: 'POD_REFUSED', details: { trouble: 'quota' } });
    expect(error.message).toContain(`the quota "tight" of namespace "${place.namespace}" is used up`);
    expect(phaseOf(document.uid)).toBe('Failed');
  }, 300_000);

  it('comes to its end as well where it goes on after a failure, and has an exit step', async () => {
    allowNoPods();
    const folder = project(`export default pipeline('main', (p) => {
  train({});
  p.onExit((status: any) => goodbye({ status }));
}, { onFailure: 'continue' });`);
    const { document } = await run(folder, refused);
    expect(document.state).toBe('error');
    for (const id of ['train', 'goodbye'])
      expect(stateIn(document, id)).toMatchObject({ state: 'error', error: { code: 'POD_REFUSED' } });
    expect(phaseOf(document.uid)).toBe('Failed');
  }, 300_000);

  it.each(['stop', 'continue'])(
    'says why nobody tells the items of a map, and fails the steps inside (onFailure: %s)',
    async (onFailure) => {
      const folder = project(`export default pipeline('main', (p) => {
  const ns = p.map([1, 2], (n: any) => plus({ n }).n);
  p.map(ns, (n: any) => plus.as('more').with({ kubernetes: { nodeSelector: { none: 'such' } } })({ n }));
  p.onExit((status: any) => goodbye({ status }));
}, { onFailure: '${onFailure}' });`);
      const { document, stderr } = await run(folder, 'the items of map "');
      expect(stderr).toContain('no node takes pod');
      expect(stderr.split('the items of map "').length - 1).toBe(1);
      expect(document.state).toBe('error');
      const { state, error } = stateIn(document, 'more[0]');
      expect(state).toBe('error');
      expect(error).toMatchObject({
        code: 'POD_UNSCHEDULABLE',
        details: { trouble: 'unschedulable-selector' },
      });
      expect(error.message).toMatch(/^the items of map ".+": no node takes pod/);
      expect(stateIn(document, 'plus[1]').state).toBe('completed');
      expect(stateIn(document, 'goodbye').results).toEqual({ told: 'error' });
      expect(phaseOf(document.uid)).toBe('Failed');
    },
    300_000,
  );

  it.each([true, false])(
    'ends what comes after a map without items that no pod tells (a step: %s)',
    async (isStep) => {
      const after = isStep ? 'count({ ns: more });' : 'p.onExit((status: any) => goodbye({ status }));';
      const folder = project(`export default pipeline('main', (p) => {
  const ns = p.map(none({}).ns, (n: any) => plus({ n }).n);
  const stuck = plus.as('more').with({ kubernetes: { nodeSelector: { none: 'such' } } });
  const more = p.map(ns, (n: any) => stuck({ n }).n);
  ${after}
});`);
      const started = folder.start(['pipeline', 'run', 'main', '--engine', 'argo', '-o', 'json'], place.env);
      await started.sees('the items of map "');
      const { stdout } = await started.ended;
      const document = JSON.parse(stdout);
      if (isStep) expect(stateIn(document, 'count').error.code).toBe('POD_UNSCHEDULABLE');
      else expect(stateIn(document, 'goodbye').state).toBe('completed');
      expect(phaseOf(document.uid)).toBe('Failed');
    },
    300_000,
  );

  it('tells items that are no list as before: a failure of the step inside', async () => {
    const folder = project(`export default pipeline('main', (p) => {
  const ns = p.map([1, 2], (n: any) => plus({ n }).n);
  p.map(ns, (row: any) => p.map(row, (n: any) => plus.as('more')({ n })));
});`);
    const started = folder.start(['pipeline', 'run', 'main', '--engine', 'argo', '-o', 'json'], place.env);
    const { code, stdout, stderr } = await started.ended;
    expect(code, stderr).toBe(1);
    expect(stderr).not.toContain('the items of map');
    expect(stateIn(JSON.parse(stdout), 'more[0]').error.code).toBe('MAP_INVALID');
  }, 300_000);
});
