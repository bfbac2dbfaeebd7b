import { parseArgs } from 'node:util';
import { buildPrograms } from './build-programs.ts';
import { ClusterError } from './cluster-error.ts';
import { readClusterState } from './cluster-state.ts';
import { apiPort } from './control-plane.ts';
import { clusterFolders, programs } from './layout.ts';
import { deadParts, down, up } from './up.ts';

const usage = 'usage: cluster build|up|down|status [--argo] [--helm] [--name NAME]';

/** The command behind `npm run cluster:up|down|status`. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        argo: { type: 'boolean', default: false },
        helm: { type: 'boolean', default: false },
        name: { type: 'string', default: 'default' },
      },
    });
    return await run(positionals[0], values);
  } catch (error) {
    console.error(error instanceof ClusterError ? error.message : error);
    return 1;
  }
}

async function run(
  command: string | undefined,
  { name, argo, helm }: { name: string; argo: boolean; helm: boolean },
): Promise<number> {
  if (!/^[a-z0-9-]{1,20}$/.test(name))
    throw new ClusterError(`"${name}" is no name for a cluster`, 'use a-z, 0-9 and -');
  switch (command) {
    case 'build':
      buildPrograms({ argo, helm });
      return 0;
    case 'up':
      return bringUp(name, argo);
    case 'down':
      console.log(
        (await down(name))
          ? `cluster "${name}" is stopped, nothing of it is left`
          : `cluster "${name}" is not running`,
      );
      return 0;
    case 'status':
      return status(name);
    default:
      console.error(usage);
      return 2;
  }
}

async function bringUp(name: string, argo: boolean): Promise<number> {
  const started = performance.now();
  await up({ name, argo });
  console.error(`cluster "${name}" is ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return status(name);
}

function status(name: string): number {
  const state = readClusterState(name);
  if (!state) {
    console.log(`cluster "${name}" is not running`);
    return 3;
  }
  const dead = deadParts(state);
  const { kubeconfig, logs } = clusterFolders(name);
  console.log(
    [
      `cluster     ${name}: ${dead.length > 0 ? `broken, not running: ${dead.join(', ')}` : state.ready ? 'running' : 'starting'}`,
      `kubeconfig  ${kubeconfig}`,
      `API server  https://${state.nodeAddress}:${apiPort}`,
      `registry    127.0.0.1:${state.registryPort} (on this machine and on the node)`,
      `host        ${state.hostAddress} (as pods reach this machine)`,
      `kubectl     ${programs.kubectl} --kubeconfig ${kubeconfig}`,
      `logs        ${logs}`,
    ].join('\n'),
  );
  return dead.length > 0 ? 1 : 0;
}
