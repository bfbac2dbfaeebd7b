// Runs, edits and sweeps on a cluster beside Jobs of the same image that kubectl applies, as differences and ratios measured side by side.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const code = path.join(repository, 'node_modules/.cache/slipway-perf-kubernetes');
const root = mkdtempSync(path.join(tmpdir(), 'slipway-perf-'));
const rounds = Number(process.env.ROUNDS ?? 7);
const sweepRounds = Number(process.env.SWEEP_ROUNDS ?? 1);
const trials = Number(process.env.TRIALS ?? 100);
const parallel = Number(process.env.PARALLEL ?? 8);
const withIsolated = process.env.ISOLATED !== '0';

await build({
  absWorkingDir: repository,
  entryPoints: {
    workspace: 'src/projects/open-workspace.ts',
    resolve: 'src/projects/resolve-function.ts',
    run: 'src/projects/run-function.ts',
    server: 'src/server/start-pod-server.ts',
    cluster: 'test/cluster/test-cluster.ts',
    layout: 'test/cluster/layout.ts',
  },
  outdir: code,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  target: 'node20.19',
  logLevel: 'error',
});
const load = (name) => import(pathToFileURL(path.join(code, `${name}.js`)).href);
const [{ openWorkspace }, { resolveFunction }, { startFunction }, { startPodServer }, { testCluster, leaveTestCluster }, { programs }] =
  await Promise.all(['workspace', 'resolve', 'run', 'server', 'cluster', 'layout'].map(load));

const cluster = await testCluster();
const namespace = cluster.createNamespace({ podSecurity: 'privileged' });
const kubectlProgram = existsSync(programs.kubectl) ? programs.kubectl : 'kubectl';
const kubectl = (args, input) =>
  new Promise((resolve, reject) => {
    const child = spawn(kubectlProgram, ['--kubeconfig', cluster.kubeconfig, '-n', namespace, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    child.stdin.end(input ?? '');
    child.on('exit', (exit) => (exit === 0 ? resolve(text) : reject(new Error(`kubectl ${args[0]} exited with ${exit}`))));
  });

const directory = path.join(root, 'project');
mkdirSync(directory);
const requests = { cpu: '100m', memory: '128Mi' };
writeFileSync(
  path.join(directory, 'project.yaml'),
  JSON.stringify({
    name: 'perf',
    runtime: 'kubernetes',
    image: { name: `${cluster.registry}/slipway-perf/${namespace}` },
    kubernetes: { namespace, requests },
  }),
);
const edit = (text) =>
  writeFileSync(
    path.join(directory, 'nothing.mjs'),
    `export function nothing(ctx, { x = 0 } = {}) { return { text: ${JSON.stringify(text)}, x }; }\n`,
  );
edit('first');
process.env.KUBECONFIG = cluster.kubeconfig;
const workspace = await openWorkspace({ directory, env: process.env, startServer: (options) => startPodServer(options) });
const run = async (request = {}) => {
  const packaged = await resolveFunction(workspace, 'nothing.mjs', { handler: 'nothing' });
  const started = await startFunction(workspace, packaged, { handler: 'nothing', ...request });
  const record = await started.wait();
  if (record.state !== 'completed') throw new Error(JSON.stringify(record.error));
  return record;
};
const time = async (once) => {
  const start = performance.now();
  await once();
  return performance.now() - start;
};
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const report = (what, value, budget, unit = '') => {
  const isOver = value > budget;
  console.log(`${isOver ? 'OVER' : 'ok  '} kubernetes: ${what} ${value.toFixed(unit ? 0 : 2)}${unit}  budget ${budget} (${(value / budget).toFixed(2)})`);
  if (isOver) process.exitCode = 1;
};

let image = '';
let serial = 0;
/** `kubectl apply` of a Job of the same image that does nothing, until it is seen complete. */
const bareJob = async (spec = {}) => {
  const name = `bare-${++serial}`;
  const container = { name: 'main', image, command: ['node', '-e', '0'], resources: { requests } };
  const template = { spec: { restartPolicy: 'Never', automountServiceAccountToken: false, containers: [container] } };
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { backoffLimit: 0, ...spec, template } };
  await kubectl(['apply', '-f', '-'], JSON.stringify(job));
  await kubectl(['wait', '--for=condition=complete', `job/${name}`, '--timeout=900s']);
};
const sweep = async (isolation) => {
  const hyperparams = { x: Array.from({ length: trials }, (_, index) => index) };
  const { iterations, bestIteration } = await run({ isolation, sweep: { hyperparams, selector: 'max.x', parallel } });
  if (iterations.length !== trials || bestIteration !== trials) throw new Error('the sweep has not run all of its trials');
};

try {
  const first = await time(run);
  await run();
  image = JSON.parse(await kubectl(['get', 'jobs', '-o', 'json'])).items[0].spec.template.spec.containers[0].image;
  await bareJob();
  const [bare, ours, edited] = [[], [], []];
  for (let i = 0; i < rounds; i++) {
    bare.push(await time(() => bareJob()));
    ours.push(await time(run));
    edit(`edit ${i}`);
    edited.push(await time(run));
  }
  const [bareMs, oursMs, editedMs] = [bare, ours, edited].map(median);
  console.log(`     load ${loadavg()[0].toFixed(1)}, first run, image built and pushed ${first.toFixed(0)} ms`);
  console.log(`     bare Job ${bareMs.toFixed(0)} ms, a run ${oursMs.toFixed(0)} ms, edit to result ${editedMs.toFixed(0)} ms`);
  report('a run above a bare Job of the same image', oursMs - bareMs, 500, ' ms');
  report('edit to result, over a bare Job', editedMs / bareMs, 2);
  const indexed = { completionMode: 'Indexed', completions: trials, parallelism: parallel };
  const [bareSweeps, sweeps, isolated] = [[], [], []];
  for (let i = 0; i < sweepRounds; i++) {
    bareSweeps.push(await time(() => bareJob(indexed)));
    sweeps.push(await time(() => sweep('pool')));
    if (withIsolated) isolated.push(await time(() => sweep('fresh')));
  }
  const [bareSweepMs, sweepMs, isolatedMs] = [bareSweeps, sweeps, isolated].map(median);
  console.log(`     load ${loadavg()[0].toFixed(1)}, ${trials} bare completions, ${parallel} at once ${bareSweepMs.toFixed(0)} ms`);
  console.log(`     a sweep of as many trials ${sweepMs.toFixed(0)} ms`);
  report(`${trials} trials over as many bare completions`, sweepMs / bareSweepMs, 1.2);
  // no bar: what a pod does beyond nothing (a second process, a journal that is brought to the store) is what isolation costs
  if (withIsolated)
    console.log(`     with a pod for each trial ${isolatedMs.toFixed(0)} ms, over as many bare completions ${(isolatedMs / bareSweepMs).toFixed(2)}`);
} finally {
  await workspace.close();
  cluster.deleteNamespace(namespace);
  await leaveTestCluster();
  rmSync(root, { recursive: true, force: true });
}
