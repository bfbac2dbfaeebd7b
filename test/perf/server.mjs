// Measures the tracking server beside a bare fastify handler that takes the same body, in one run: node test/perf/server.mjs [--quick]
// 20 clients, each with a run of its own, send batches of 10 metrics as fast as they are answered; they and the server share the machine.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
const cache = path.join(root, '.cache', 'perf-server');
const seconds = process.argv.includes('--quick') ? 3 : 8;
const clients = 20;
const goals = { embedded: 2000, postgres: 1000 };

async function main() {
  mkdirSync(cache, { recursive: true });
  const library = path.join(cache, 'support.mjs');
  await build({
    stdin: {
      contents: `export { startPostgres } from './test/support/start-postgres.ts';
        export { postgresPrograms } from './test/support/postgres-programs.ts';`,
      resolveDir: root,
    },
    outfile: library,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  const { startPostgres, postgresPrograms } = await import(pathToFileURL(library).href);
  const folder = mkdtempSync(path.join(cache, 'run-'));
  let failures = 0;
  try {
    const bare = await measure(() => startBare());
    console.log(`bare fastify handler: ${bare.rate} requests/s, p50 ${bare.p50} ms, p99 ${bare.p99} ms, ${bare.served} ms of processor each`);
    const report = (name, found) => {
      const held = found.rate >= goals[name];
      if (!held) failures++;
      console.log(
        `${held ? 'ok  ' : 'LOW '} ${name}: ${found.rate} requests/s (goal ${goals[name]}), ${(found.rate / bare.rate).toFixed(2)} of bare, p50 ${found.p50} ms, p99 ${found.p99} ms, ${found.served} ms of processor each (bare ${bare.served}); at most ${found.alone}/s of two processors of its own`,
      );
    };
    report('embedded', await measure(() => startServer(path.join(folder, 'embedded'), {})));
    if (postgresPrograms() === undefined) throw new Error('Postgres is not installed: see .ci/run');
    const postgres = await startPostgres();
    try {
      const SLIPWAY_DATABASE_URL = await postgres.createDatabase();
      report('postgres', await measure(() => startServer(path.join(folder, 'postgres'), { SLIPWAY_DATABASE_URL }), () => childrenOf(postgres.pid)));
    } finally {
      await postgres.dispose();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = failures === 0 ? 0 : 1;
}

/** A server in a process of its own, loaded by clients in another. */
async function measure(start, others = () => []) {
  const server = await start();
  try {
    const load = fork(import.meta.filename, ['--load', server.url, server.token ?? '', String(seconds)]);
    await once(load, 'message');
    const cpu = () => [server.pid, ...others()].reduce((sum, pid) => sum + cpuMs(pid), 0);
    const before = cpu();
    const [found] = await once(load, 'message');
    const served = cpu() - before;
    await once(load, 'exit');
    // what two processors would do that nobody else used: the clients' work included
    const each = served / found.count + found.cpu / found.count;
    return { ...found, served: Number((served / found.count).toFixed(3)), alone: Math.round(2000 / each) };
  } finally {
    await server.stop();
  }
}

/** Processor time of a process so far; milliseconds. */
function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const childrenOf = (parent) =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ')[1]) === parent;
    } catch {
      return false;
    }
  });

async function startBare() {
  const child = fork(import.meta.filename, ['--bare']);
  const [{ url }] = await once(child, 'message');
  return { url, pid: child.pid, stop: () => end(child) };
}

async function startServer(folder, env) {
  mkdirSync(folder, { recursive: true });
  const child = spawn(
    process.execPath,
    [path.join(root, 'dist/cli.mjs'), '-C', folder, 'server', '--port', '0', '-o', 'json'],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, SLIPWAY_HOME: undefined, ...env } },
  );
  let text = '';
  for await (const line of createInterface({ input: child.stdout })) {
    text += line;
    if (line === '}') break;
  }
  const { url, tokenFile } = JSON.parse(text);
  return { url, token: readFileSync(tokenFile, 'utf8').trim(), pid: child.pid, stop: () => end(child) };
}

async function end(child) {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** The least that a server of this kind does: parse the body, answer. */
async function bareServer() {
  const { fastify } = await import('fastify');
  const app = fastify({ logger: false });
  app.post('/api/v1/projects/:project/runs/:run/events', async (request) => ({
    lastSeq: request.body.events.at(-1).seq,
  }));
  process.send({ url: await app.listen({ port: 0, host: '127.0.0.1' }) });
}

async function load([url, token, duration]) {
  const http = await import('node:http');
  const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
  const { hostname, port } = new URL(url);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const post = (uid, body) =>
    new Promise((resolve, reject) => {
      const request = http.request(
        {
          agent,
          hostname,
          port,
          method: 'POST',
          path: `/api/v1/projects/demo/runs/${uid}/events`,
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  const durations = [];
  const warm = performance.now() + 1500;
  const until = warm + Number(duration) * 1000;
  let spent = process.cpuUsage();
  setTimeout(() => {
    spent = process.cpuUsage();
    process.send('warm');
  }, warm - performance.now());
  const client = async (number) => {
    const uid = `perf${number}x${process.pid}`;
    const time = Date.now();
    const created = { seq: 1, time, kind: 'created', uid, name: 'perf', project: 'demo', runKind: 'run', params: {}, inputs: {}, labels: {} };
    await post(uid, JSON.stringify({ events: [created] }));
    for (let seq = 2; performance.now() < until; seq += 10) {
      const events = Array.from({ length: 10 }, (_, i) => ({
        seq: seq + i,
        time: time + seq,
        kind: 'metric',
        key: `metric-${i}`,
        value: Math.sin(seq + i),
        step: (seq - 2) / 10,
      }));
      const body = JSON.stringify({ events });
      const begun = performance.now();
      const { lastSeq } = JSON.parse(await post(uid, body));
      if (lastSeq !== seq + 9) throw new Error(`answered ${lastSeq} where ${seq + 9} is due`);
      if (begun >= warm) durations.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  const { user, system } = process.cpuUsage(spent);
  durations.sort((a, b) => a - b);
  const at = (share) => Number(durations[Math.floor((durations.length - 1) * share)].toFixed(1));
  process.send({ count: durations.length, cpu: (user + system) / 1000, rate: Math.round(durations.length / Number(duration)), p50: at(0.5), p99: at(0.99) });
  agent.destroy();
  process.disconnect();
}

const [mode, ...rest] = process.argv.slice(2);
if (mode === '--bare') await bareServer();
else if (mode === '--load') await load(rest);
else await main();
