import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFolder } from '../../e2e/slipway.ts';
import { describeWith } from '../../setup/components.ts';
import { type ArgoNamespace, openArgoNamespace } from './support/argo-namespace.ts';

const lines = 14_000;
const textOf = (name: string): string =>
  Array.from({ length: lines }, (_, n) => createHash('sha256').update(`${name}${n}`).digest('base64')).join(
    '',
  );

const steps = `import { createHash } from 'node:crypto';
import type { Context } from 'slipway';
export function measure(_ctx: Context, { text }: { text: string }) {
  return { size: text.length, digest: createHash('sha256').update(text).digest('hex') };
}
export function add(_ctx: Context, { sizes }: { sizes: number[] }) { return { total: sizes.reduce((a, b) => a + b, 0) }; }
`;
const pipeline = `import { createHash } from 'node:crypto';
import { codeToFunction, pipeline } from 'slipway';
const [measure, add] = await Promise.all(
  ['measure', 'add'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
const textOf = (name: string): string =>
  Array.from({ length: ${lines} }, (_, n) => createHash('sha256').update(\`\${name}\${n}\`).digest('base64')).join('');
export default pipeline('main', () => {
  const all = ['a', 'b', 'c'].map((name) => measure.as(name)({ text: textOf(name) }));
  return { total: add({ sizes: all.map((one: any) => one.size) }).total, digest: all[2].digest };
});
`;

describeWith(
  ['argo'],
  'a pipeline on Argo Workflows with a plan larger than an object of the cluster',
  () => {
    let place: ArgoNamespace;

    beforeAll(async () => {
      place = await openArgoNamespace();
    });

    afterAll(() => place?.close());

    it('runs as any other', async () => {
      const folder = createFolder({
        'project.yaml': `name: demo
image: { name: "${place.cluster.registry}/slipway-test/argo-large/{function}" }
kubernetes: { namespace: ${place.namespace}, requests: { cpu: 20m, memory: 128Mi } }
pipelines:
  - { name: main, file: main.pipeline.ts }
`,
        'steps.ts': steps,
        'main.pipeline.ts': pipeline,
      });
      const args = ['pipeline', 'run', 'main', '--engine', 'argo', '--quiet'];
      const { code, data, stderr } = await folder.json(args, place.env);
      expect(code, stderr).toBe(0);
      expect(data.outputs).toEqual({
        total: 3 * textOf('a').length,
        digest: createHash('sha256').update(textOf('c')).digest('hex'),
      });
      const { kubectl } = place.cluster;
      const names = kubectl(['get', 'configmaps', '-n', place.namespace, '-o', 'name']).trim().split('\n');
      const delivery = `configmap/main-${data.uid}`;
      expect(names.filter((one) => one.startsWith(delivery))).toEqual([delivery, `${delivery}-part-2`]);
    }, 600_000);
  },
);
