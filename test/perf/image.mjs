// Notebook → image in a registry on this machine, against its budgets and against `docker build` + `docker push` of the same content.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
// below the repository, so that packages are found
const folder = mkdtempSync(path.join(root, 'node_modules/.perf-image-'));
// a repository of its own: its commit is a label of the image
const project = mkdtempSync(path.join(tmpdir(), 'slipway-perf-image-'));
const cacheDirectory = path.join(project, 'cache');

// the fastest of each: what else the machine does only ever adds
const fastest = (values) => Math.min(...values);
const timed = async (work) => {
  const before = process.cpuUsage();
  const start = performance.now();
  const result = await work();
  const took = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { took, cpu: (user + system) / 1000, result };
};
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MB`;

const failures = [];
function report(label, value, bar, unit) {
  const ok = value <= bar;
  if (!ok) failures.push(label);
  console.log(`${ok ? 'ok  ' : 'MISS'} ${label.padEnd(66)} ${value.toFixed(1)} ${unit} (bar ${bar} ${unit})`);
}

async function load() {
  const entryPoints = {
    pack: path.join(root, 'src/functions/package-function.ts'),
    image: path.join(root, 'src/functions/image/build-image.ts'),
    push: path.join(root, 'src/functions/image/registry/push-image.ts'),
    blobs: path.join(root, 'src/functions/image/oci/blob-store.ts'),
  };
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', packages: 'external', splitting: true, outdir: folder, outExtension: { '.js': '.mjs' }, logLevel: 'error' });
  const modules = await Promise.all(Object.keys(entryPoints).map((name) => import(pathToFileURL(path.join(folder, `${name}.mjs`)).href)));
  return Object.assign({}, ...modules);
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function startRegistry() {
  const host = `127.0.0.1:${await freePort()}`;
  const config = path.join(folder, 'registry.json');
  writeFileSync(config, JSON.stringify({ version: '0.1', storage: { filesystem: { rootdirectory: path.join(folder, 'registry') } }, http: { addr: host } }));
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  const deadline = Date.now() + 20_000;
  for (;;) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.ok) return { host, stop: () => child.kill() };
    if (Date.now() > deadline) throw new Error('the registry does not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const cell = (source) => ({ cell_type: 'code', id: 'x', metadata: {}, source, outputs: [], execution_count: null });
function writeNotebook(round) {
  const helpers = Array.from({ length: 20 }, (_, i) => `function helper${i}(n: number) { return n + ${i} + ${round} }`);
  const train = `/** Trains. */\nasync function train(ctx: unknown, { depth = 4 }: { depth?: number }) { return { n: ${helpers.map((_, i) => `helper${i}(depth)`).join(' + ')} } }`;
  const cells = [...helpers, 'console.log(1)', train].map(cell);
  writeFileSync(path.join(project, 'train.ipynb'), JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { language: 'typescript' } }, cells }));
}

/** The same content by Docker: the image of ours without the bundle as base, the bundle copied in, pushed. */
function dockerBuild(base, bundleDirectory, host, round) {
  const context = path.join(folder, 'context');
  rmSync(context, { recursive: true, force: true });
  mkdirSync(context);
  for (const name of ['main.mjs', 'main.mjs.map', 'manifest.json']) cpSync(path.join(bundleDirectory, name), path.join(context, name));
  writeFileSync(path.join(context, 'Dockerfile'), `FROM ${base}\nCOPY main.mjs main.mjs.map manifest.json /slipway/bundle/\n`);
  const tag = `${host}/docker:${round}`;
  const env = { ...process.env, DOCKER_BUILDKIT: '0' };
  execFileSync('docker', ['build', '-q', '-t', tag, context], { env, stdio: 'ignore' });
  execFileSync('docker', ['push', '-q', tag], { stdio: 'ignore' });
  return tag;
}

let registry;
const tags = [];
try {
  const git = (...args) => execFileSync('git', ['-c', 'user.name=perf', '-c', 'user.email=perf@example.com', ...args], { cwd: project });
  git('init', '-q');
  git('commit', '-q', '--allow-empty', '-m', 'first');
  symlinkSync(path.join(root, 'node_modules'), path.join(project, 'node_modules'));
  const { packageFunction, buildImage, pushImage, openBlobStore } = await load();
  registry = await startRegistry();
  const blobs = openBlobStore(cacheDirectory);
  const pack = () => packageFunction({ source: 'train.ipynb', handlers: ['train'], root: project, cacheDirectory });
  const make = (packaged) => buildImage({ packaged, root: project, cacheDirectory });
  const push = (image) => pushImage(image, `${registry.host}/team/train:1`, { blobs });

  writeNotebook(0);
  const first = await pack();
  const base = await timed(() => make(first));
  const firstPush = await timed(() => push(base.result));
  console.log(`     first image of all: base, packages and runner made in ${base.took.toFixed(0)} ms (processor time ${base.cpu.toFixed(0)} ms), pushed in ${firstPush.took.toFixed(0)} ms`);

  const [beyond, cpu, saved, unchanged, byDocker] = [[], [], [], [], []];
  const hasDocker = spawnSync('docker', ['version'], { stdio: 'ignore' }).status === 0;
  const baseTag = `${registry.host}/team/train:1`;
  if (hasDocker) {
    tags.push(baseTag);
    execFileSync('docker', ['pull', '-q', baseTag], { stdio: 'ignore' });
    writeNotebook(0.5);
    tags.push(dockerBuild(baseTag, (await pack()).bundle.directory, registry.host, 0));
  }
  for (let round = 1; round <= 10; round++) {
    writeNotebook(round);
    const bundled = await timed(pack);
    const built = await timed(() => make(bundled.result));
    const pushed = await timed(() => push(built.result));
    if (pushed.result.uploaded.length !== 4) throw new Error(`uploaded ${pushed.result.uploaded.length} blobs, not 4`);
    beyond.push(built.took + pushed.took);
    cpu.push(built.cpu + pushed.cpu);
    saved.push(bundled.took + built.took + pushed.took);
    const again = await timed(async () => push(await make(await pack())));
    if (again.result.uploaded.length !== 0) throw new Error(`${again.result.uploaded.length} blobs of something unchanged were uploaded`);
    unchanged.push(again.took);
    if (hasDocker && round <= 5) {
      const docker = await timed(() => tags.push(dockerBuild(baseTag, bundled.result.bundle.directory, registry.host, round)));
      byDocker.push(docker.took);
    }
  }
  report('bundle → image in a registry', fastest(beyond), 300, 'ms');
  console.log(`     processor time of that: ${fastest(cpu).toFixed(0)} ms`);
  report('one changed line, from save to pushed', fastest(saved), 500, 'ms');
  report('nothing changed, asked of the registry', fastest(unchanged), 50, 'ms');
  if (hasDocker) {
    console.log(`     docker build + docker push of the same content: ${fastest(byDocker).toFixed(0)} ms`);
    report('bundle → registry / docker build + docker push', fastest(beyond) / fastest(byDocker), 1, '×');
  }
  const size = base.result.layers.reduce((sum, layer) => sum + layer.size, 0);
  const own = base.result.explain.find(({ name }) => name === 'base').size;
  console.log(`     size uncompressed: base "self" ${megabytes(own)}, whole image ${megabytes(size)}, bundle layer ${base.result.explain.at(-1).size} B`);
} finally {
  registry?.stop();
  if (tags.length > 0) spawnSync('docker', ['rmi', '-f', ...tags], { stdio: 'ignore' });
  for (const each of [folder, project]) rmSync(each, { recursive: true, force: true });
}
process.exitCode = failures.length > 0 ? 1 : 0;
