// Overhead of a run in a container over `docker run` of the same image, as a difference and a ratio measured side by side.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const code = path.join(repository, 'node_modules/.cache/slipway-perf-docker');
const root = mkdtempSync(path.join(tmpdir(), 'slipway-perf-'));
const rounds = Number(process.env.ROUNDS ?? 15);

await build({
  absWorkingDir: repository,
  entryPoints: {
    workspace: 'src/projects/open-workspace.ts',
    resolve: 'src/projects/resolve-function.ts',
    run: 'src/projects/run-function.ts',
  },
  outdir: code,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  target: 'node20.19',
});
const load = (name) => import(pathToFileURL(path.join(code, `${name}.js`)).href);
const [{ openWorkspace }, { resolveFunction }, { startFunction }] = await Promise.all(
  ['workspace', 'resolve', 'run'].map(load),
);

mkdirSync(path.join(root, 'project'));
const directory = path.join(root, 'project');
writeFileSync(path.join(directory, 'project.yaml'), 'name: perf\nruntime: docker\n');
writeFileSync(path.join(directory, 'nothing.mjs'), 'export function nothing(ctx) { return {}; }\n');
const workspace = await openWorkspace({ directory, env: process.env });
const packaged = await resolveFunction(workspace, 'nothing.mjs', { handler: 'nothing' });

const run = async () => {
  const started = await startFunction(workspace, packaged, { handler: 'nothing' });
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

const first = await time(run);
await run();
const image = execFileSync('docker', ['images', '-q', '--filter', 'label=slipway.function=nothing'], { encoding: 'utf8' })
  .split('\n')[0];
const dockerRun = (...command) =>
  new Promise((resolve, reject) =>
    spawn('docker', ['run', '--rm', '--network', 'none', '--entrypoint', 'node', image, ...command], { stdio: 'ignore' }).on(
      'exit',
      (exit) => (exit === 0 ? resolve() : reject(new Error(`docker run exited with ${exit}`))),
    ),
  );
await dockerRun('-e', '0');

// side by side, so that other load on the machine meets both alike
const bare = [];
const ours = [];
for (let i = 0; i < rounds; i++) {
  bare.push(await time(() => dockerRun('-e', '0')));
  ours.push(await time(run));
}
const [bareMs, oursMs] = [median(bare), median(ours)];
const budget = 100;
const over = oursMs - bareMs;
console.log(`     first run, image built and loaded ${first.toFixed(0)} ms`);
console.log(`     docker run node -e 0 ${bareMs.toFixed(0)} ms, a run ${oursMs.toFixed(0)} ms, ratio ${(oursMs / bareMs).toFixed(2)}`);
console.log(`${over <= budget ? 'ok  ' : 'OVER'} docker: a run above docker run of the same image ${over.toFixed(0)} ms  budget ${budget} (${(over / budget).toFixed(2)})`);

await workspace.close();
execFileSync('docker', ['rmi', '-f', image], { stdio: 'ignore' });
rmSync(root, { recursive: true, force: true });
process.exitCode = over <= budget ? 0 : 1;
