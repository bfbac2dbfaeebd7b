import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { afterAll, expect, it } from 'vitest';
import { isAlive } from '../../src/tracking/process-identity.ts';
import { describeWith } from '../setup/components.ts';
import { cgroupFolders } from './cgroups.ts';
import { type ClusterState, listClusterStates, readClusterState } from './cluster-state.ts';
import { killComponent } from './component.ts';
import { renderNodeImage } from './images/node-image.ts';
import { pushSimpleImage } from './images/provide-image.ts';
import { readKernelSettings } from './kernel-settings.ts';
import { kubectl } from './kubectl.ts';
import { clusterFolders } from './layout.ts';
import { deadParts, down, up } from './up.ts';

const name = `life-${process.pid}`;
const { root, kubeconfig } = clusterFolders(name);

describeWith(['kubernetes'], 'a test cluster', () => {
  afterAll(() => down(name));

  it('starts and runs a Job of an image from its registry', async () => {
    const state = await up({ name });
    await runIndexedJob(state);
  }, 600_000);

  it('is left as it is when it is asked to come up again', async () => {
    // runs already, unless this is a second try
    const state = await up({ name });
    expect(await up({ name })).toEqual(state);
    expect(readClusterState(name)).toEqual(state);
  }, 600_000);

  it('leaves nothing behind when it goes down', async () => {
    const state = await up({ name });
    const namespaces = namespacesOf(state);
    expect(processesIn(namespaces).length).toBeGreaterThan(8);
    expect(networkInterfaces()).toHaveProperty(state.link);
    expect(await down(name)).toBe(true);
    expect(processesIn(namespaces)).toEqual([]);
    expect(networkInterfaces()).not.toHaveProperty(state.link);
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(root);
    expect(cgroupFolders(name).filter((folder) => existsSync(folder))).toEqual([]);
    expect(existsSync(root)).toBe(false);
    // while another cluster runs they are still in use
    const kept = listClusterStates().some(({ holder }) => holder && isAlive(holder));
    if (!kept) expect(readKernelSettings()).toEqual(state.kernelSettings);
  }, 600_000);

  it('starts again, and once more after a part of it was killed', async () => {
    const first = await up({ name });
    const server = first.components['kube-apiserver'];
    if (!server) throw new Error('the API server is not recorded');
    await killComponent(server);
    expect(deadParts(requireState())).toContain('kube-apiserver');
    const second = await up({ name });
    expect(second.holder).not.toEqual(first.holder);
    expect(deadParts(second)).toEqual([]);
    expect(Object.values(first.components).filter((component) => isAlive(component))).toEqual([]);
    await runIndexedJob(second);
  }, 600_000);
});

function requireState(): ClusterState {
  const state = readClusterState(name);
  if (!state) throw new Error('the cluster is not recorded');
  return state;
}

async function runIndexedJob(state: ClusterState): Promise<void> {
  const image = pushSimpleImage(await renderNodeImage(), `127.0.0.1:${state.registryPort}/slipway-test/node`);
  // each try has a Job of its own
  const jobName = `three-${randomBytes(4).toString('hex')}`;
  const container = {
    name: 'main',
    image,
    args: ['-e', 'console.log("index", process.env.JOB_COMPLETION_INDEX)'],
  };
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: jobName },
    spec: {
      completions: 3,
      parallelism: 3,
      completionMode: 'Indexed',
      backoffLimit: 0,
      template: { spec: { restartPolicy: 'Never', containers: [container] } },
    },
  };
  kubectl(kubeconfig, ['create', '-f', '-'], JSON.stringify(job));
  kubectl(kubeconfig, ['wait', '--for=condition=complete', `job/${jobName}`, '--timeout=120s']);
  const logs = kubectl(kubeconfig, ['logs', `--selector=job-name=${jobName}`]);
  expect(logs.trim().split('\n').sort()).toEqual(['index 0', 'index 1', 'index 2']);
}

/** The process namespaces of a cluster: its own. */
function namespacesOf({ holder }: ClusterState): string[] {
  return holder ? [identityOf('pid', holder.pid), identityOf('net', holder.pid)] : [];
}

/** Processes of this machine that live in one of the namespaces. */
function processesIn(namespaces: readonly string[]): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    return ['pid', 'net'].some((kind) => namespaces.includes(identityOf(kind, Number(pid))));
  });
}

function identityOf(kind: string, pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return '';
  }
}
