import type { ValidateFunction } from 'ajv';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileSchedule, compileTemplate } from '../../../src/pipelines/argo/compile-schedule.ts';
import { renderPlanDelivery } from '../../../src/pipelines/argo/render-plan-delivery.ts';
import { renderYaml } from '../../../src/runtime/kubernetes/manifest/render-yaml.ts';
import { type TestCluster, testCluster } from '../../cluster/test-cluster.ts';
import { everyOption } from '../../runtime/kubernetes/example-job.ts';
import { describeWith } from '../../setup/components.ts';
import { literal, output, plan, step } from '../support/plan.ts';
import { argoOptions, compile } from './support/compile.ts';
import { definitionOf } from './support/definitions.ts';
import { shapes } from './support/shapes.ts';

const long = plan(
  Array.from({ length: 450 }, (_, n) =>
    step(`s${n}`, n === 0 ? {} : { arguments: { x: output(`s${n - 1}`, 'x') } }),
  ),
);
const wide = plan(Array.from({ length: 1000 }, (_, n) => step(`one-of-a-thousand-steps-${n}`)));
const thousand = plan(
  Array.from({ length: 1000 }, (_, n) =>
    step(
      `s${n}`,
      n === 0 ? {} : { arguments: { x: output(`s${n - 1}`, 'x'), text: literal('x'.repeat(2000)) } },
    ),
  ),
);
const { context: _context, namespace: _namespace, patch: _patch, ...podOptions } = everyOption;
const workflows = {
  ...Object.fromEntries(Object.entries(shapes).map(([name, given]) => [name, compile(given)])),
  'long chain': compile(long),
  'a thousand steps, one after the other': compile(thousand),
  'a thousand steps side by side': compile(wide),
  'every option of pods': compile(shapes.single ?? plan([]), { kubernetesOf: () => podOptions }),
};
const { name: _name, run: _run, ...scheduled } = argoOptions;
const schedule = {
  name: 'nightly',
  cron: '0 3 * * *',
  timezone: 'Europe/Berlin',
  concurrencyPolicy: 'Replace',
  startingDeadlineSeconds: 90,
  suspend: false,
} as const;
const cron = compileSchedule(shapes.exit ?? plan([]), schedule, scheduled);
const template = compileTemplate(shapes.map ?? plan([]), scheduled);

describeWith(['argo'], "a compiled workflow, before Argo's full definitions,", () => {
  let validate: ValidateFunction;

  beforeAll(() => {
    validate = definitionOf('workflows');
  });

  it.each(Object.entries(workflows))('(%s) has no field that they do not know', (_, workflow) => {
    validate(JSON.parse(JSON.stringify(workflow)));
    expect(validate.errors).toBeNull();
  });

  it('is checked by a schema that knows every field', () => {
    const [first] = Object.values(workflows);
    expect(validate({ ...first, spec: { ...first?.spec, entrypiont: 'x' } })).toBe(false);
    expect(validate.errors?.[0]).toMatchObject({ params: { additionalProperty: 'entrypiont' } });
  });

  it('holds for schedules and templates of workflows as well', () => {
    for (const [plural, manifest] of [
      ['cronworkflows', cron],
      ['workflowtemplates', template],
    ] as const) {
      const check = definitionOf(plural);
      check(JSON.parse(JSON.stringify(manifest)));
      expect(check.errors).toBeNull();
    }
  });
});

describeWith(['argo'], 'a compiled workflow, before the real API server,', () => {
  let cluster: TestCluster;
  let namespace: string;

  beforeAll(async () => {
    cluster = await testCluster({ argo: true });
    namespace = cluster.createNamespace();
  });

  afterAll(() => cluster?.deleteNamespace(namespace));

  const dryRun = (manifest: object): string =>
    cluster.kubectl(
      ['create', '--dry-run=server', '--validate=strict', '-n', namespace, '-o', 'name', '-f', '-'],
      renderYaml([manifest]),
    );

  it.each(Object.entries(workflows))('(%s) passes a server-side dry run', (_, workflow) => {
    expect(dryRun(workflow).trim()).toBe('workflow.argoproj.io/demo-run');
  });

  it('passes as a schedule and as a template, too', () => {
    expect(dryRun(cron).trim()).toBe('cronworkflow.argoproj.io/demo-nightly');
    expect(dryRun(template).trim()).toBe('workflowtemplate.argoproj.io/demo');
  });

  it('is brought a plan of any size by objects that pass as well', () => {
    const parts = renderPlanDelivery(thousand, {}, { name: 'demo-run' });
    expect(parts.map(dryRun).map((line) => line.trim())).toEqual(['configmap/demo-run']);
  });

  it('would be refused if it had a field that the server does not know', () => {
    const [first] = Object.values(workflows);
    const broken = { ...first, spec: { ...first?.spec, entrypiont: 'x' } };
    expect(() => dryRun(broken)).toThrow(/entrypiont/);
  });
});
