import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestCluster } from '../../../cluster/test-cluster.ts';
import { forwardPort, type PortForward } from './port-forward.ts';
import { slipwayOutput } from './slipway-output.ts';
import { provideVolume } from './volume.ts';

/** What was rendered, in the test cluster. */
export interface Installation {
  readonly namespace: string;
  /** The token that opens the server. */
  readonly token: string;
  /** The server's image, by digest. */
  readonly image: string;
  /** Runs kubectl in the namespace. */
  kubectl(args: readonly string[], input?: string): string;
  /** Opens a way from this machine to the server. */
  forward(): Promise<PortForward>;
  /** Waits until the server takes requests. */
  ready(): void;
  remove(): void;
}

/** The server's image as users make it, in the cluster's registry. */
export function pushServerImage(registry: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-image-'));
  try {
    const words = ['kubernetes', 'image', '--push', `${registry}/slipway-test/server`, '-o', 'name'];
    return slipwayOutput(folder, words).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Brings a server into a namespace of its own: `deploy` gets what differs between the ways to do so. */
export function install(
  cluster: TestCluster,
  deploy: (place: {
    readonly namespace: string;
    readonly image: string;
    readonly storageClass: string | undefined;
  }) => void,
): Installation {
  const namespace = `slipway-test-${randomBytes(4).toString('hex')}`;
  const image = pushServerImage(cluster.registry);
  const volume = provideVolume(cluster, namespace);
  const kubectl = (args: readonly string[], input?: string): string =>
    cluster.kubectl(['--namespace', namespace, ...args], input);
  const token = randomBytes(24).toString('hex');
  deploy({ namespace, image, storageClass: volume.storageClass });
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'slipway-server-tokens' },
    stringData: { tokens: `${token}\n` },
  };
  kubectl(['create', '-f', '-'], JSON.stringify(secret));
  const ready = (): void =>
    void kubectl(['rollout', 'status', 'deployment/slipway-server', '--timeout=120s']);
  ready();
  return {
    namespace,
    token,
    image,
    kubectl,
    ready,
    forward: () =>
      forwardPort(cluster.kubeconfig, namespace, { target: 'service/slipway-server', port: 8642 }),
    remove() {
      cluster.deleteNamespace(namespace);
      volume.remove();
    },
  };
}
