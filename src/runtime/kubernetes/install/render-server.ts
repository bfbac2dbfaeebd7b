import type {
  V1Container,
  V1DeploymentSpec,
  V1PodSpec,
  V1Probe,
  V1ServiceSpec,
  V1Volume,
} from '@kubernetes/client-node';
import { installLabels, selectorLabels } from './install-labels.ts';
import {
  databaseKey,
  type InstallObject,
  type InstallOptions,
  installName,
  type ServerInstall,
  serverPort,
  tokenSecretName,
  tokensKey,
} from './install-options.ts';

/** The user of Slipway's images. */
const nobody = 65532;
const storeFolder = '/data';
const tokenFolder = '/run/slipway';

/** The tracking server: its volume, its one pod, and the address under which it is found. */
export function renderServer(options: InstallOptions): readonly InstallObject[] {
  const { server } = options;
  if (!server) return [];
  const metadata = {
    name: `${installName(options)}-server`,
    namespace: options.namespace,
    labels: installLabels(options, 'server'),
  };
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      // runs are not thrown away with the program that kept them
      metadata: { ...metadata, annotations: { 'helm.sh/resource-policy': 'keep' } },
      ...{ spec: claimSpec(server) },
    },
    { apiVersion: 'v1', kind: 'Service', metadata, ...{ spec: serviceSpec(options) } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, ...{ spec: deploymentSpec(options, server) } },
  ];
}

function claimSpec({ storage = '10Gi', storageClass }: ServerInstall): object {
  return {
    accessModes: ['ReadWriteOnce'],
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    resources: { requests: { storage } },
  };
}

function serviceSpec(options: InstallOptions): V1ServiceSpec {
  return {
    type: 'ClusterIP',
    selector: selectorLabels(options, 'server'),
    ports: [{ name: 'http', port: serverPort, targetPort: 'http', protocol: 'TCP' }],
  };
}

/** One pod at a time: a volume of one node has room for one writer, so the old pod goes before the new one comes. */
function deploymentSpec(options: InstallOptions, server: ServerInstall): V1DeploymentSpec {
  return {
    replicas: 1,
    strategy: { type: 'Recreate' },
    selector: { matchLabels: selectorLabels(options, 'server') },
    template: {
      metadata: { labels: installLabels(options, 'server') },
      spec: podSpec(options, server),
    },
  };
}

function podSpec(options: InstallOptions, server: ServerInstall): V1PodSpec {
  return {
    serviceAccountName: `${installName(options)}-server`,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: nobody,
      runAsGroup: nobody,
      fsGroup: nobody,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...(server.imagePullSecrets === undefined
      ? {}
      : { imagePullSecrets: server.imagePullSecrets.map((name) => ({ name })) }),
    containers: [container(server)],
    volumes: volumes(options),
  };
}

function container(server: ServerInstall): V1Container {
  const { image, memory = '512Mi', cpu = '100m' } = server;
  return {
    name: 'server',
    image,
    imagePullPolicy: 'IfNotPresent',
    args: [
      'server',
      '--host',
      '0.0.0.0',
      '--port',
      String(serverPort),
      '--token-file',
      `${tokenFolder}/${tokensKey}`,
    ],
    env: environment(server),
    ports: [{ name: 'http', containerPort: serverPort, protocol: 'TCP' }],
    resources: { requests: { cpu, memory }, limits: { memory } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    // a large store is indexed anew after an update, before the server listens
    startupProbe: probe('/health', { periodSeconds: 2, failureThreshold: 150 }),
    readinessProbe: probe('/ready', { periodSeconds: 5, failureThreshold: 3 }),
    livenessProbe: probe('/health', { periodSeconds: 10, failureThreshold: 6 }),
    volumeMounts: [
      { name: 'data', mountPath: storeFolder },
      { name: 'tokens', mountPath: tokenFolder, readOnly: true },
      { name: 'temporary', mountPath: '/tmp' },
    ],
  };
}

function environment({ databaseSecret }: ServerInstall): NonNullable<V1Container['env']> {
  const home = { name: 'SLIPWAY_HOME', value: storeFolder };
  if (databaseSecret === undefined) return [home];
  const secretKeyRef = { name: databaseSecret, key: databaseKey };
  return [home, { name: 'SLIPWAY_DATABASE_URL', valueFrom: { secretKeyRef } }];
}

function probe(path: string, times: { periodSeconds: number; failureThreshold: number }): V1Probe {
  return { httpGet: { path, port: 'http' }, timeoutSeconds: 5, ...times };
}

function volumes(options: InstallOptions): V1Volume[] {
  return [
    { name: 'data', persistentVolumeClaim: { claimName: `${installName(options)}-server` } },
    { name: 'tokens', secret: { secretName: tokenSecretName(options), defaultMode: 0o440 } },
    { name: 'temporary', emptyDir: { sizeLimit: '1Gi' } },
  ];
}
