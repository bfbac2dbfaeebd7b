import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClusterState } from '../../../cluster/cluster-state.ts';
import { renderNodeImage } from '../../../cluster/images/node-image.ts';
import { pushSimpleImage } from '../../../cluster/images/provide-image.ts';
import { kubectl } from '../../../cluster/kubectl.ts';
import { clusterFolders } from '../../../cluster/layout.ts';
import { enforceNetworkPolicies } from '../../../cluster/network-rules.ts';
import { down, up } from '../../../cluster/up.ts';
import { describeWith } from '../../../setup/components.ts';
import { serverImage } from './install-examples.ts';
import { slipwayOutput } from './slipway-output.ts';

const name = `rules-${process.pid}`;
const namespace = 'penguins';
const server = {
  'app.kubernetes.io/name': 'slipway',
  'app.kubernetes.io/instance': 'slipway',
  'app.kubernetes.io/component': 'server',
};

/** Answers on both ports whatever is asked. */
const answering = `const http = require('http');
for (const port of [8642, 9000]) http.createServer((_, answer) => answer.end('yes')).listen(port);`;

describeWith(['kubernetes'], 'the network rules that are rendered, where they are enforced,', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-network-'));
  let outside: ChildProcessByStdio<null, Readable, null> | undefined;
  let state: ClusterState;
  let named: number;
  let unnamed: number;
  let isEnforced = false;
  const run = (args: readonly string[], input?: string): string =>
    kubectl(clusterFolders(name).kubeconfig, ['--namespace', namespace, ...args], input);

  beforeAll(async () => {
    state = await up({ name });
    [named = 0, unnamed = 0] = await listen(2);
    const image = pushSimpleImage(
      await renderNodeImage(),
      `127.0.0.1:${state.registryPort}/slipway-test/node`,
    );
    const words = ['--namespace', namespace, '--server', '--image', serverImage];
    const egress = ['--egress', `${state.hostAddress}/32:${named}`];
    slipwayOutput(folder, ['kubernetes', 'manifest', ...words, ...egress, '-o', 'deploy/']);
    // the rules alone: what is tested is who reaches whom
    const files = [
      'namespace',
      ...['default', 'run', 'server'].map((each) => `network-policy-slipway-${each}`),
    ];
    for (const file of files) run(['apply', '-f', path.join(folder, 'deploy', `${file}.yaml`)]);
    run(['wait', '--for=create', 'serviceaccount/default', '--timeout=30s']);
    const pods = {
      server,
      other: {},
      run: { 'slipway.run': 'a' },
      open: { 'slipway.run': 'b', 'slipway-network': 'open' },
    };
    for (const [pod, labels] of Object.entries(pods)) run(['create', '-f', '-'], podOf(pod, labels, image));
    run(['wait', '--for=condition=Ready', 'pod', '--all', '--timeout=90s']);
  });

  afterAll(async () => {
    outside?.kill();
    await down(name);
    rmSync(folder, { recursive: true });
  });

  /** Servers of this machine, in a process of their own since kubectl is waited for in this one; gives their ports. */
  async function listen(count: number): Promise<number[]> {
    const script = `const http = require('http');
const open = () => new Promise((done) => {
  const server = http.createServer((_, answer) => answer.end('yes'));
  server.listen(0, '${state.hostAddress}', () => done(server.address().port));
});
Promise.all(Array.from({ length: ${count} }, open)).then((ports) => console.log(JSON.stringify(ports)));`;
    outside = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(outside.stdout, 'data')) as [Buffer];
    return JSON.parse(line.toString()) as number[];
  }

  const addressOf = (pod: string): string => run(['get', 'pod', pod, '-o', 'jsonpath={.status.podIP}']);

  /** Which of these a pod reaches. */
  function reached(from: string, places: Readonly<Record<string, string>>): string[] {
    const script = `const places = ${JSON.stringify(places)};
const ask = async ([name, place]) => {
  try { await fetch('http://' + place, { signal: AbortSignal.timeout(10_000) }); return [name]; } catch { return []; }
};
Promise.all(Object.entries(places).map(ask)).then((names) => console.log(JSON.stringify(names.flat())));`;
    return JSON.parse(run(['exec', from, '--', 'node', '-e', script])) as string[];
  }

  it('let runs reach the tracking server and what was named, and nothing else, unless they opt out', () => {
    const host = state.hostAddress;
    const places = {
      tracking: `${addressOf('server')}:8642`,
      'another port of the server': `${addressOf('server')}:9000`,
      'another pod': `${addressOf('other')}:9000`,
      'what was named': `${host}:${named}`,
      'what was not': `${host}:${unnamed}`,
    };
    if (!isEnforced) {
      // what is not reached afterwards is there
      expect(reached('run', places)).toEqual(Object.keys(places));
      enforceNetworkPolicies(state, namespace);
      isEnforced = true;
    }
    expect(reached('run', places)).toEqual(['tracking', 'what was named']);
    expect(reached('open', places)).toEqual(['tracking', 'what was named', 'what was not']);
    // a pod always reaches itself
    expect(reached('other', places)).toEqual(['tracking', 'another pod', 'what was named', 'what was not']);
    expect(reached('server', { run: `${addressOf('run')}:9000`, other: places['another pod'] })).toEqual([]);
  });
});

function podOf(pod: string, labels: object, image: string): string {
  const container = {
    name: 'main',
    image,
    args: ['-e', answering],
    readinessProbe: { tcpSocket: { port: 9000 }, periodSeconds: 1 },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
  const securityContext = {
    runAsNonRoot: true,
    runAsUser: 65532,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod, labels },
    spec: { containers: [container], securityContext, terminationGracePeriodSeconds: 0 },
  });
}
