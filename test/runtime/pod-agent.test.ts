import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { PodAgent } from '../../src/runtime/agent/pod-agent.ts';
import { openHttpStore } from '../../src/tracking/open-http-store.ts';
import { currentProcess } from '../../src/tracking/process-identity.ts';
import { createRuntimeFixture, until, writeBundle } from '../contract/runtime-fixture.ts';
import { serveOverLink } from '../support/served-link.ts';

/** The first trial waits for a file. */
const code = `
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
export async function score(ctx, { x, file }) {
  ctx.logMetric('begun', x);
  while (x === 1 && !existsSync(file)) await delay(20);
  return { score: x };
}
`;

/** The agent of a pod with two trials of a sweep, over a link to its server; the first of them runs. */
async function startPod() {
  const fixture = createRuntimeFixture();
  onTestFinished(() => fixture.remove());
  const { url, token, link } = await serveOverLink(path.join(fixture.root, 'served'));
  const spoolDirectory = path.join(fixture.root, 'submitter');
  const store = openHttpStore({ server: { url, token }, project: 'demo', spoolDirectory });
  onTestFinished(() => store.close());
  const bundleDirectory = path.join(fixture.root, 'waiting');
  writeBundle(bundleDirectory, code);
  const file = path.join(fixture.root, 'go-on');
  const sweep = fixture.job('score', { project: 'demo', bundleDirectory, runKind: 'sweep' });
  const { uid, name } = sweep;
  const created = { params: {}, inputs: {}, labels: {}, runtime: 'kubernetes' } as const;
  store.createRun({ ...created, uid, name, project: 'demo', runKind: 'sweep' });
  const trials = [1, 2].map((x) => ({ uid: createUid(), iteration: x, params: { x, file } }));
  const rules = { groups: { trials: 2, parallelism: 1, size: 2 }, maxFailed: 0 };
  const said: string[] = [];
  const agent = new PodAgent({
    place: {
      deliveryFolder: fixture.root,
      terminationFile: path.join(fixture.root, 'last-word'),
      server: { url: link.url, token },
      spoolDirectory: path.join(fixture.root, 'pod'),
    },
    delivery: {
      job: sweep,
      submission: { submitter: currentProcess(), graceSeconds: 30 },
      secrets: {},
      trials: new Uint8Array(),
      sweep: rules,
    },
    group: { rules, trials },
    readStop: () => () => false,
    env: process.env,
    onOutput: () => undefined,
    log: (line) => void said.push(line),
    connectMs: 2000,
    awayMs: 60_000,
  });
  const ended = agent.run();
  const [first = '', second = ''] = trials.map((trial) => trial.uid);
  await until('the first trial runs', async () => {
    const record = await store.getRun(first).catch(() => undefined);
    return record?.metrics.begun === 1;
  });
  /** Lets the first trial end while the server cannot be reached; resolves when the second has asked for it for long. */
  const endWhileAway = async (): Promise<void> => {
    await link.refuse(true);
    writeFileSync(file, '');
    await until('the second trial waits for the server', () =>
      said.some((line) => line.includes('trying again')),
    );
    const since = performance.now();
    while (performance.now() - since < 2500) await link.refused(1);
  };
  return { agent, ended, link, store, first, second, endWhileAway };
}

it('the next trial of a pod waits for a server that is away longer than one that was never reached is given', async () => {
  const { ended, link, store, first, second, endWhileAway } = await startPod();
  await endWhileAway();
  await link.refuse(false);
  expect(await ended).toMatchObject({ report: { state: 'completed', written: true }, shipped: true });
  for (const uid of [first, second]) expect((await store.getRun(uid)).state).toBe('completed');
});

it('a pod that is told to end while it waits for its server brings there what has ended, and another one goes on', async () => {
  const { agent, ended, link, store, first, endWhileAway } = await startPod();
  await endWhileAway();
  agent.terminate();
  await link.refused(4);
  await link.refuse(false);
  expect(await ended).toMatchObject({
    report: { state: 'aborted', error: { code: 'POD_TERMINATED' }, written: false },
    shipped: true,
    isPartLost: false,
  });
  expect((await store.getRun(first)).state).toBe('completed');
});
