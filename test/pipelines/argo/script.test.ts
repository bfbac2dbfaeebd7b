import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFolder } from '../../e2e/slipway.ts';
import { describeWith } from '../../setup/components.ts';
import { type ArgoNamespace, openArgoNamespace } from './support/argo-namespace.ts';

const steps = `import type { Context } from 'slipway';
export async function list(_ctx: Context, { n = 3 }: { n?: number }) { console.log('listing'); return { count: n }; }
export async function work(_ctx: Context, { count }: { count: number }) { return { total: count * 10 }; }
`;

const script = `import { codeToFunction, pipeline } from 'slipway';
const [list, work] = [
  await codeToFunction({ filename: 'steps.ts', handler: 'list' }),
  await codeToFunction({ filename: 'steps.ts', handler: 'work' }),
];
const main = pipeline('main', (_p, { n = 3 }) => ({ total: work({ count: list({ n }).count }).total }));
const events = [];
const run = await main.run({
  params: { n: 4 },
  imageName: process.env.IMAGE_NAME,
  kubernetes: { namespace: process.env.POD_NAMESPACE, requests: { cpu: '50m', memory: '256Mi' } },
  onEvent: ({ type, chunk }) => events.push(type === 'log' ? chunk.text.trim() : type),
});
const stop = new AbortController();
const stopped = await main.run({
  engine: 'argo',
  kubernetes: { namespace: process.env.POD_NAMESPACE, requests: { cpu: '50m', memory: '256Mi' } },
  imageName: process.env.IMAGE_NAME,
  signal: stop.signal,
  onEvent: () => stop.abort('enough'),
  throwOnFailure: false,
});
console.log(JSON.stringify({
  state: run.state, outputs: run.outputs, namespace: run.record.cluster?.namespace,
  steps: run.steps.map(({ id, state }) => id + ' ' + state), listed: events.includes('listing'), stopped: stopped.state,
}));
`;

describeWith(['argo'], 'a pipeline on Argo Workflows, run by a plain script', () => {
  let place: ArgoNamespace;
  beforeAll(async () => {
    place = await openArgoNamespace();
  });
  afterAll(() => place?.close());

  const workflows = (): readonly string[] => place.items('workflows').map(({ metadata }) => metadata.name);

  it('gives outputs, events and what stopped it as on any engine, and lets the script end', async () => {
    // of a first try
    const known = new Set(workflows());
    const folder = createFolder({ 'project.yaml': 'name: demo\n', 'steps.ts': steps, 'main.mjs': script });
    mkdirSync(path.join(folder.path, 'node_modules'));
    symlinkSync(process.cwd(), path.join(folder.path, 'node_modules', 'slipway'));
    const { stdout, stderr, code } = await runScript(folder.path, {
      ...place.env,
      SLIPWAY_ENGINE: 'argo',
      POD_NAMESPACE: place.namespace,
      IMAGE_NAME: `${place.cluster.registry}/slipway-test/argo-script/{function}`,
    });
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      state: 'completed',
      outputs: { total: 40 },
      namespace: place.namespace,
      steps: ['list completed', 'work completed'],
      listed: true,
      stopped: 'aborted',
    });
    const names = workflows().filter((name) => !known.has(name));
    expect(names).toHaveLength(2);
    place.awaitEnd(...names);
  }, 600_000);
});

function runScript(
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, ['main.mjs'], { cwd, env: { ...process.env, ...env } });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...printed })));
}
