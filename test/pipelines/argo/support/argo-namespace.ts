import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { renderInstall } from '../../../../src/runtime/kubernetes/install/render-install.ts';
import { renderYaml } from '../../../../src/runtime/kubernetes/manifest/render-yaml.ts';
import { type TestCluster, testCluster } from '../../../cluster/test-cluster.ts';
import type { Json } from '../../../e2e/slipway.ts';

/** A namespace for workflows, as who submits them has it. */
export interface ArgoNamespace {
  readonly cluster: TestCluster;
  readonly namespace: string;
  /** Environment of commands: a kubeconfig with the rights that are rendered for who submits, and with no others. */
  readonly env: Readonly<Record<string, string>>;
  /** What is there of a kind. */
  items(kind: string): readonly Json[];
  /** Returns when these workflows have ended, however; throws after two minutes. */
  awaitEnd(...workflows: readonly string[]): void;
  close(): void;
}

/** Opens one with everything that `slipway kubernetes manifest --argo` renders. */
export async function openArgoNamespace(cluster?: TestCluster): Promise<ArgoNamespace> {
  const found = cluster ?? (await testCluster({ argo: true }));
  const namespace = found.createNamespace();
  const access = renderInstall({ namespace, version: '0', argo: true, networkPolicy: false });
  found.kubectl(['apply', '-f', '-'], renderYaml(access));
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-argo-'));
  const kubeconfig = path.join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, submitterConfig(found, namespace), { mode: 0o600 });
  return {
    cluster: found,
    namespace,
    env: { KUBECONFIG: kubeconfig },
    items: (kind) => JSON.parse(found.kubectl(['get', kind, '-n', namespace, '-o', 'json'])).items,
    awaitEnd: (...workflows) => {
      const names = workflows.map((name) => `workflow/${name}`);
      found.kubectl(['wait', '-n', namespace, '--for=condition=Completed', '--timeout=120s', ...names]);
    },
    close() {
      found.deleteNamespace(namespace);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The cluster's kubeconfig with the token of the submitter's account instead of the administrator's. */
function submitterConfig({ kubeconfig, kubectl }: TestCluster, namespace: string): string {
  const token = kubectl(['create', 'token', 'slipway-submitter', '--namespace', namespace]).trim();
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as { users: { user: object }[] };
  const users = config.users.map((user) => ({ ...user, user: { token } }));
  return JSON.stringify({ ...config, users });
}
