import { describe, expect, it } from 'vitest';
import { compileArgo, distinctName, workflowName } from '../../../src/pipelines/argo/compile-argo.ts';
import { scheduleObject } from '../../../src/pipelines/argo/compile-schedule.ts';
import { imagesBy } from '../../../src/pipelines/argo/images-by.ts';
import { renderYaml } from '../../../src/runtime/kubernetes/manifest/render-yaml.ts';
import { literal, output, plan, step } from '../support/plan.ts';
import { argoOptions, compile, dags, gather, image, item, leaves, map, tasks } from './support/compile.ts';
import { shapes } from './support/shapes.ts';

const { run: _run, ...alone } = argoOptions;
const shape = (name: string) => shapes[name] ?? plan([]);
const depends = (
  workflow: ReturnType<typeof compile>,
  template?: string,
): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(tasks(workflow, template)).map(([name, task]) => [name, task.depends]));

describe('a plan compiled to Argo', () => {
  it.each(Object.entries(shapes))('(%s) is the same as ever', async (name, given) => {
    const file = `./golden/${name.replaceAll(' ', '-')}.yaml`;
    await expect(renderYaml([compile(given)])).toMatchFileSnapshot(file);
  });

  it('is the same in whatever order its steps were written', () => {
    for (const given of Object.values(shapes)) {
      const turned = { ...given, spec: { ...given.spec, steps: [...given.spec.steps].reverse() } };
      expect(renderYaml([compile(turned)])).toBe(renderYaml([compile(given)]));
    }
  });

  it('says with `depends` alone what waits for what: data needs success, order only that nothing failed', () => {
    expect(depends(compile(shape('diamond')))).toEqual({
      a: undefined,
      b: 'a.Succeeded',
      c: 'a.Succeeded',
      d: 'b.Succeeded && c.Succeeded',
    });
    expect(depends(compile(shape('order-only')))).toEqual({
      a: undefined,
      b: '(a.Succeeded || a.Skipped || a.Omitted)',
    });
    for (const given of Object.values(shapes))
      for (const { dag } of dags(compile(given)))
        for (const task of dag.tasks) {
          expect(task).not.toHaveProperty('dependencies');
          expect(task).not.toHaveProperty('continueOn');
        }
  });

  it('stops at the first failure unless the plan goes on', () => {
    expect(dags(compile(shape('diamond')))[0]?.dag.failFast).toBeUndefined();
    expect(dags(compile(shape('independent')))[0]?.dag.failFast).toBe(false);
    expect(compile(shape('independent')).spec.parallelism).toBe(2);
  });

  it('has one pod template for each kind of image and resources, not for each step', () => {
    expect(leaves(compile(shape('diamond')))).toHaveLength(1);
    const [small, large, slow, ...more] = leaves(compile(shape('classes')));
    expect(more).toEqual([]);
    expect(small?.container.resources?.limits?.memory).toBe('512Mi');
    expect(large?.container.resources?.limits?.memory).toBe(String(2 ** 31));
    expect(slow?.activeDeadlineSeconds).toBeGreaterThan(180);
    const secrets = (leaf: typeof slow) => JSON.stringify(leaf?.volumes).includes('secret.TOKEN');
    expect([small, large, slow].map(secrets)).toEqual([false, false, true]);
  });

  it('puts no timeout on templates that hold others', () => {
    for (const given of Object.values(shapes))
      for (const template of dags(compile(given, { timeoutMs: 60_000 }))) {
        expect(template).not.toHaveProperty('activeDeadlineSeconds');
        expect(template).not.toHaveProperty('timeout');
      }
    expect(compile(shape('single'), { timeoutMs: 60_000 }).spec.activeDeadlineSeconds).toBe(120);
  });

  it('asks for a condition only as a literal that the step before has written', () => {
    const { deploy, train } = tasks(compile(shape('condition')));
    expect(deploy?.when).toBe('{{tasks.train.outputs.parameters.flag-1}} == true');
    expect(train?.arguments?.parameters).toContainEqual({
      name: 'tell',
      value: '{"flags":["deploy"],"lists":[]}',
    });
    expect(leaves(compile(shape('condition')))[0]?.outputs?.parameters).toEqual([
      { name: 'flag-1', valueFrom: { path: '/tmp/decisions/flag-1', default: 'true' } },
    ]);
    // no single step could write it: the step's own pod looks
    expect(tasks(compile(shape('condition of two'))).best?.when).toBeUndefined();
  });

  it('never looks at the outputs of a task that may be skipped', () => {
    for (const given of Object.values(shapes)) {
      const workflow = compile(given);
      for (const { dag } of dags(workflow))
        for (const task of dag.tasks) {
          const named = [...JSON.stringify(task).matchAll(/tasks\.([A-Za-z0-9-]+)\.outputs/g)];
          for (const [, producer = ''] of named)
            expect(task.depends?.split(' && ')).toContain(`${producer}.Succeeded`);
        }
    }
  });

  it('wraps every loop in a template, which is where its limit stands', () => {
    const workflow = compile(shape('map'));
    expect(tasks(workflow)['map-each']?.arguments?.parameters).toEqual([
      { name: 'list', value: '{{tasks.list.outputs.parameters.list-1}}' },
    ]);
    const loop = dags(workflow).find(({ name }) => name === 'map-each');
    expect(loop).toMatchObject({
      parallelism: 3,
      dag: { tasks: [{ template: 'item-each', withParam: '{{inputs.parameters.list}}' }] },
    });
    expect(depends(workflow).sum).toBe(
      '(map-each.Succeeded || map-each.Skipped || map-each.Omitted || map-each.Failed || map-each.Errored)',
    );
  });

  it('writes the items of a map into the workflow where they are known, and else asks a pod', () => {
    const known = tasks(compile(shape('map of literals')))['map-each'];
    expect(known?.arguments?.parameters).toEqual([{ name: 'list', value: '[0,1,2]' }]);
    const asked = tasks(compile(shape('map of two')));
    expect(asked['map-each-items']?.depends).toBe('a.Succeeded && b.Succeeded');
    expect(asked['map-each']).toMatchObject({ depends: 'map-each-items.Succeeded' });
  });

  it('passes positions through maps inside maps', () => {
    const workflow = compile(shape('map in a map'));
    expect(
      dags(workflow).find(({ name }) => name === 'map-cells')?.dag.tasks[0]?.arguments?.parameters,
    ).toEqual([{ name: 'at', value: '{{inputs.parameters.at}}.{{item}}' }]);
  });

  it('gives names that Argo takes, one for each step', () => {
    const names = Object.keys(tasks(compile(shape('odd names'))));
    expect(names).toHaveLength(4);
    expect(names).toContain('a-b');
    expect(names).toContain('y');
    for (const name of names) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9-]*$/);
    const long = 'x'.repeat(300);
    const [name = ''] = Object.keys(tasks(compile(plan([step(long)]))));
    expect(name.length).toBeLessThanOrEqual(128 - '-items'.length - 'map-'.length);
  });

  it('calls schedules and templates of long names so that no two of them get one object', () => {
    const { metadata } = shape('single');
    const long = {
      ...shape('single'),
      metadata: { ...metadata, name: 'customer-lifetime-value-training-pipeline' },
    };
    const names = ['nightly', 'weekly'].map((name) => scheduleObject(long, { name }).name);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^customer-lifetime-value-trainin-[0-9a-f]{8}$/);
    expect(distinctName('main-nightly')).toBe('main-nightly');
  });

  it('calls workflows so that Argo takes the name, however long the pipeline’s own is', () => {
    const uid = argoOptions.run ?? '';
    expect(workflowName('demo', uid)).toBe(`demo-${uid}`);
    for (const name of [
      'nightly'.repeat(9),
      `${'a'.repeat(35)} ${'b'.repeat(24)}`,
      'x'.repeat(60),
      'é'.repeat(60),
    ]) {
      const called = workflowName(name, uid);
      expect(called.length).toBeLessThanOrEqual(63);
      expect(called).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(called.endsWith(`-${uid}`)).toBe(true);
    }
  });

  it('quotes every text, so that a step called "y" stays one for readers of YAML 1.1', () => {
    const text = renderYaml([compile(shape('odd names'))]);
    expect(text).toContain('"name": "y"');
    expect(text).not.toMatch(/: (y|on|off|yes|no)$/m);
  });

  it('splits a chain of more than 200 tasks into templates that follow each other', () => {
    const steps = Array.from({ length: 1000 }, (_, n) =>
      step(`s${n}`, n === 0 ? {} : { arguments: { x: output(`s${n - 1}`, 'x') } }),
    );
    const workflow = compile(plan(steps));
    const sizes = dags(workflow).map(({ dag }) => dag.tasks.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1005);
    expect(depends(workflow)['pipeline-part-3']).toMatch(/^\(pipeline-part-2\.Succeeded/);
    expect(JSON.stringify(workflow).length / 1000).toBeLessThan(190);
  });

  it('lets a wide level run side by side although it takes several templates', () => {
    const wide = Array.from({ length: 500 }, (_, n) => step(`w${n}`, { arguments: { x: output('a', 'x') } }));
    const workflow = compile(plan([step('a'), ...wide]));
    const first = '(pipeline-part-1.Succeeded';
    expect(Object.values(depends(workflow)).map((text) => text?.startsWith(first) ?? null)).toEqual([
      null,
      true,
      true,
      true,
    ]);
  });

  it('stays within 500 parameters a template however many conditions hang on one step', () => {
    const when = { type: 'truthy', value: output('a', 'x') } as const;
    const many = Array.from({ length: 150 }, (_, n) => step(`c${n}`, { when }));
    const [leaf] = leaves(compile(plan([step('a'), ...many])));
    expect(leaf?.outputs?.parameters.length).toBeLessThanOrEqual(500);
  });

  it('leaves out steps that an earlier run stands for', () => {
    const given = shape('chain');
    const pruned = {
      a: { type: 'given', run: 'r', results: { result: 1 }, artifacts: [], reason: 'resumed' },
    } as const;
    expect(depends(compile({ ...given, spec: { ...given.spec, pruned } }))).toEqual({
      b: undefined,
      c: 'b.Succeeded',
    });
  });

  it('makes no pod of a step that is left out, which has no image: one that runs lends it to who tells items', () => {
    const images = new Map(['row', 'load', 'cell'].map((id) => [id, image]));
    const pods = (given: ReturnType<typeof plan>) =>
      [argoOptions, alone].map((options) =>
        leaves(compileArgo(given, { ...options, imageOf: imagesBy(images) })).map(
          ({ container }) => container.image,
        ),
      );
    const first = [step('audit', { map: 'each' }), step('row', { map: 'rows' })];
    const maps = {
      rows: map({ type: 'literal', value: [1] }),
      each: map(gather('rows', output('row'), ['row'])),
    };
    const pruned = { audit: { type: 'left-out', reason: 'not asked for' } } as const;
    const beside = [...first, step('load', { map: 'each' })];
    expect(pods(plan(beside, { maps, pruned }))).toEqual([[image], [image, image]]);
    const cells = map(item('each'), { within: 'each' });
    const below = [...first, step('cell', { map: 'cells' })];
    expect(pods(plan(below, { maps: { ...maps, cells }, pruned }))).toEqual([[image], [image, image]]);
    const problem = 'a pod is to be made of step "audit", which has no image';
    expect(() => pods(plan(beside, { maps }))).toThrow(problem);
  });

  it('gives data by reference only: no argument of a step is in the workflow', () => {
    const given = plan([
      step('a', { arguments: { text: literal('a long text that is nobody else’s business') } }),
    ]);
    expect(JSON.stringify(compile(given))).not.toContain('business');
  });

  it('refuses what Argo cannot do, naming the step', () => {
    const pooled = plan([step('a', { options: { isolation: 'pool' } })]);
    expect(() => compile(pooled)).toThrow('step "a" asks to share a process with others');
    const inDocker = plan([step('a', { options: { runtime: 'docker' } })]);
    expect(() => compile(inDocker)).toThrow('step "a" asks for the runtime "docker"');
    const circular = plan(
      [
        step('in', { map: 'm' }),
        step('out', { arguments: { x: output('in') } }),
        step('in2', { map: 'm', after: ['out'] }),
      ],
      { maps: { m: map({ type: 'literal', value: [1] }) } },
    );
    expect(() => compile(circular)).toThrow('which needs what the map gives');
  });

  it('runs pods under an account of their own without a token, from the image by digest', () => {
    const { spec } = compile(shape('single'));
    expect(spec).toMatchObject({ serviceAccountName: 'slipway-argo', automountServiceAccountToken: false });
    expect(leaves(compile(shape('single')))[0]?.container.image).toBe(image);
  });

  it('says itself how the pipeline ended where nobody follows it', () => {
    const exitOf = (workflow: ReturnType<typeof compile>) =>
      leaves(workflow).find(({ name }) => name === workflow.spec.onExit)?.inputs.parameters[0]?.default;
    expect(exitOf(compile(shape('exit')))).toBe('exit:notify');
    expect(compile(shape('single')).spec.onExit).toBeUndefined();
    expect(exitOf(compileArgo(shape('exit'), alone))).toBe('exit:notify');
    expect(exitOf(compileArgo(shape('single'), alone))).toBe('finish:');
  });
});
