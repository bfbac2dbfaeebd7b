import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ProcessIdentity } from '../../src/tracking/journal-event.ts';
import { apiRequest } from './api-request.ts';
import { cgroupOf, createCgroups } from './cgroups.ts';
import { type ClusterState, writeClusterState } from './cluster-state.ts';
import { type Component, type RunningComponent, startComponent, untilReady } from './component.ts';
import { apiPort, apiServer, controllerManager, etcd, scheduler } from './control-plane.ts';
import {
  kubeconfigOf,
  type Tokens,
  writeCredentials,
  writeKubeconfig,
  writeKubeconfigs,
} from './credentials.ts';
import { importPauseImage } from './images/provide-image.ts';
import { readKernelSettings } from './kernel-settings.ts';
import { clusterFolders } from './layout.ts';
import { inside, linkNetwork, openNamespaces } from './namespaces.ts';
import {
  containerd,
  containerdSocket,
  kubelet,
  type NodeWishes,
  nodeName,
  proxy,
  renderContainerdConfig,
  renderKubeletConfig,
  renderPodNetwork,
} from './node-components.ts';
import { freePort, registry, registryAnswers, writeRegistryConfig } from './registry.ts';
import { until } from './until.ts';

export interface StartOptions extends NodeWishes {
  readonly name: string;
  /** @default false */
  readonly forTests?: boolean;
}

/** Starts control plane, node and registry; resolves when the node takes pods. Everything that it starts is recorded first. */
export async function startCluster(options: StartOptions): Promise<ClusterState> {
  const starting = new StartingCluster(options, await freePort());
  return starting.start();
}

class StartingCluster {
  #state: ClusterState;
  readonly #config: string;
  readonly #name: string;
  readonly #wishes: NodeWishes;
  #tokens: Tokens | undefined;

  constructor({ name, forTests = false, ...wishes }: StartOptions, registryPort: number) {
    this.#wishes = wishes;
    this.#name = name;
    this.#config = clusterFolders(name).config;
    this.#state = {
      name,
      link: '',
      hostAddress: '',
      nodeAddress: '',
      registryPort,
      components: {},
      kernelSettings: readKernelSettings(),
      argo: false,
      ready: false,
      forTests,
    };
  }

  async start(): Promise<ClusterState> {
    this.#record({});
    const holder = await openNamespaces(this.#name);
    this.#record({ holder });
    this.#record(linkNetwork(holder));
    this.#writeConfig();
    const runtime = this.#startNode(holder);
    await this.#startControlPlane(holder);
    await runtime;
    await this.#joinNode(holder);
    this.#record({ ready: true });
    return this.#state;
  }

  /** The parts of the node that need no API server. */
  async #startNode(holder: ProcessIdentity): Promise<void> {
    const running = this.#run(containerd(this.#config), holder);
    const socket = path.join(
      clusterFolders(this.#name).covers['/run'],
      path.relative('/run', containerdSocket),
    );
    await untilReady(running, () => existsSync(socket) && answers(holder));
    await importPauseImage(holder, this.#config);
    const [host] = [
      this.#run(registry(this.#config, 'host')),
      this.#run(registry(this.#config, 'node'), holder),
    ];
    await untilReady(host, () => registryAnswers(this.#state.registryPort));
  }

  async #startControlPlane(holder: ProcessIdentity): Promise<void> {
    this.#run(etcd, holder);
    const files = { config: this.#config, kubeconfig: kubeconfigOf(this.#config) };
    const running = this.#run(apiServer(files, this.#state.nodeAddress), holder);
    await untilReady(running, async () => (await this.#ask('/readyz'))?.status === 200);
    const { config, server, token } = this.#access;
    writeKubeconfigs(config, this.#adminTokens, server);
    writeKubeconfig(clusterFolders(this.#name).kubeconfig, { config, server, token });
    const { nodeGraceSeconds } = this.#wishes;
    for (const component of [controllerManager(files, nodeGraceSeconds), scheduler(files), proxy(files)])
      this.#run(component, holder);
  }

  async #joinNode(holder: ProcessIdentity): Promise<void> {
    const files = { config: this.#config, kubeconfig: kubeconfigOf(this.#config) };
    createCgroups(this.#name);
    const running = this.#run(kubelet(files, this.#state.nodeAddress), holder);
    await untilReady(running, () => this.#nodeIsReady());
    await until(() => this.#accountExists(), {
      describe: () => 'the default service account does not appear',
    });
  }

  async #nodeIsReady(): Promise<boolean> {
    const answer = await this.#ask(`/api/v1/nodes/${nodeName}`);
    if (answer?.status !== 200) return false;
    const node = JSON.parse(answer.body) as {
      spec: { taints?: unknown[] };
      status: { conditions?: { type: string; status: string }[] };
    };
    const ready = node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    return ready === true && (node.spec.taints ?? []).length === 0;
  }

  async #accountExists(): Promise<boolean> {
    return (await this.#ask('/api/v1/namespaces/default/serviceaccounts/default'))?.status === 200;
  }

  #writeConfig(): void {
    const { registry: images } = clusterFolders(this.#name);
    const config = this.#config;
    this.#tokens = writeCredentials(config);
    mkdirSync(path.join(config, 'cni'), { recursive: true });
    writeFileSync(path.join(config, 'containerd.toml'), renderContainerdConfig(config));
    writeFileSync(path.join(config, 'cni/10-slipway.conflist'), JSON.stringify(renderPodNetwork(), null, 2));
    writeFileSync(
      path.join(config, 'kubelet.json'),
      JSON.stringify(renderKubeletConfig(cgroupOf(this.#name), this.#wishes), null, 2),
    );
    writeRegistryConfig(config, images, this.#state.registryPort);
  }

  #run(component: Component, holder?: ProcessIdentity): RunningComponent {
    const running = startComponent(component, { logs: clusterFolders(this.#name).logs, holder });
    this.#record({ components: { ...this.#state.components, [component.name]: running.process } });
    return running;
  }

  #record(change: Partial<ClusterState>): void {
    this.#state = { ...this.#state, ...change };
    writeClusterState(this.#state);
  }

  get #adminTokens(): Tokens {
    if (!this.#tokens) throw new Error('the credentials are not written yet');
    return this.#tokens;
  }

  get #access(): { config: string; server: string; token: string } {
    const server = `https://${this.#state.nodeAddress}:${apiPort}`;
    return { config: this.#config, server, token: this.#adminTokens.admin };
  }

  #ask(path: string): Promise<{ status: number; body: string } | undefined> {
    return apiRequest(this.#access, path);
  }
}

function answers(holder: ProcessIdentity): boolean {
  try {
    inside(holder, ['ctr', '--timeout', '1s', 'version']);
    return true;
  } catch {
    return false;
  }
}
