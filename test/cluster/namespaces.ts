import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { ProcessIdentity } from '../../src/tracking/journal-event.ts';
import { identify, isAlive } from '../../src/tracking/process-identity.ts';
import { ClusterError } from './cluster-error.ts';
import type { ClusterState } from './cluster-state.ts';
import { clusterFolders, programs } from './layout.ts';
import { runCommand } from './run-command.ts';
import { until } from './until.ts';

/**
 * A cluster lives in process, mount and network namespaces of its own, held by one process. So it finds all its usual ports and
 * folders free, several can run beside each other and beside a Docker daemon, and ending that one process ends all of it.
 */
export async function openNamespaces(name: string): Promise<ProcessIdentity> {
  const flags = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const child = spawn('unshare', [...flags, programs.pause], { detached: true, stdio: 'ignore' });
  child.unref();
  const parent = child.pid ?? 0;
  const holder = await until(
    () => {
      const pid = childrenOf(parent)[0];
      return pid !== undefined && commandOf(pid) === programs.pause ? pid : undefined;
    },
    { describe: () => 'the namespaces of the cluster could not be made', timeoutMs: 30_000, everyMs: 5 },
  );
  const identity = identify(holder);
  coverFolders(name, identity);
  return identity;
}

/** Whatever the cluster's programs write to the system's folders goes below the cluster's own. */
function coverFolders(name: string, holder: ProcessIdentity): void {
  inside(holder, ['mount', '--make-rshared', '/']);
  for (const [target, folder] of Object.entries(clusterFolders(name).covers)) {
    mkdirSync(folder, { recursive: true });
    inside(holder, ['mount', '--bind', folder, target]);
  }
}

/** The network that links host and cluster. */
export type ClusterLink = Pick<ClusterState, 'link' | 'hostAddress' | 'nodeAddress'>;

/** Links host and cluster by a pair of interfaces, with addresses that nothing on this machine uses yet. */
export function linkNetwork(holder: ProcessIdentity): ClusterLink {
  const made = makeLink(holder);
  const { link, hostAddress, nodeAddress } = made;
  runCommand('ip', ['address', 'add', `${hostAddress}/30`, 'dev', link]);
  runCommand('ip', ['link', 'set', link, 'up']);
  inside(holder, ['ip', 'link', 'set', 'lo', 'up']);
  inside(holder, ['ip', 'address', 'add', `${nodeAddress}/30`, 'dev', 'eth0']);
  inside(holder, ['ip', 'link', 'set', 'eth0', 'up']);
  inside(holder, ['ip', 'route', 'add', 'default', 'via', hostAddress]);
  inside(holder, ['sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  return made;
}

/** The name of a link stands for its addresses; the kernel gives it to only one of two that want it. */
function makeLink({ pid }: ProcessIdentity): ClusterLink {
  for (let index = 0; index < 256; index++) {
    const taken = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const link = `slipway${index}`;
    const hostAddress = `10.245.${index}.1`;
    if (taken.some(({ address }) => address === hostAddress) || existsSync(`/sys/class/net/${link}`))
      continue;
    const peer = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)];
    const { status, stderr } = spawnSync('ip', ['link', 'add', link, ...peer], { encoding: 'utf8' });
    if (status === 0) return { link, hostAddress, nodeAddress: `10.245.${index}.2` };
    if (!stderr.includes('File exists'))
      throw new ClusterError(
        `no network link can be made: ${stderr.trim()}`,
        'a test cluster needs root and veth interfaces',
      );
  }
  throw new ClusterError(
    'no network 10.245.0.0/30 … 10.245.255.0/30 is free',
    'stop test clusters that are not needed',
  );
}

/** Arguments that run a command inside the cluster's namespaces. */
export function nsenter(holder: ProcessIdentity): string[] {
  return ['--target', String(holder.pid), '--mount', '--net', '--pid', '--'];
}

/** Runs a program inside the cluster's namespaces to its end. */
export function inside(holder: ProcessIdentity, command: readonly string[]): string {
  return runCommand('nsenter', [...nsenter(holder), ...command]);
}

/** Ends everything inside the namespaces and waits until it is gone, the network link included. */
export async function closeNamespaces(holder: ProcessIdentity, link: string): Promise<void> {
  if (isAlive(holder)) process.kill(holder.pid, 'SIGKILL');
  // the kernel lets process 1 of a namespace go only after all others in it
  await until(() => identify(holder.pid).startTicks !== holder.startTicks, {
    describe: () => `process ${holder.pid} of the cluster does not end`,
    everyMs: 10,
  });
  if (link !== '')
    await until(() => !existsSync(`/sys/class/net/${link}`), {
      describe: () => `the network link "${link}" of the cluster does not go`,
      everyMs: 10,
    });
}

/** Ids of the processes that a process has started, as the host sees them. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0];
  } catch {
    return undefined;
  }
}
