import { type CommandEntry, command } from '../command.ts';

/** Commands that prepare a cluster. */
export const clusterCommands: readonly CommandEntry[] = [
  command({
    name: 'kubernetes manifest',
    summary: 'Render what a cluster needs for runs: rights, network rules, tracking server.',
    description:
      'Prints manifests for kubectl; nothing is sent. A namespace under restricted pod security, the account that submits runs with just the rights for it, accounts without rights for runs, network rules, and with --server the tracking server with its volume. No secret is in it: the Secret with the tokens is made by hand.',
    arguments: [],
    options: [
      'installNamespace',
      'installName',
      'withServer',
      'serverImage',
      'storage',
      'storageClass',
      'tokenSecret',
      'databaseSecret',
      'imagePullSecret',
      'serverMemory',
      'serverCpu',
      'withArgo',
      'nodeAccess',
      'egress',
      'noNetworkPolicy',
      'manifestOutput',
      'json',
    ],
    examples: [
      'slipway kubernetes manifest --namespace penguins',
      `slipway kubernetes manifest --server --image registry.example.com/slipway-server@sha256:${'0'.repeat(64)}`,
      'slipway kubernetes manifest --argo --output deploy/',
    ],
    load: async () => (await import('../commands/kubernetes-manifest.ts')).kubernetesManifest,
  }),
  command({
    name: 'kubernetes image',
    summary: 'Build the image of the tracking server.',
    description:
      'Builds it without a daemon, for a user without rights and a file system that is only read, and pushes it, loads it into Docker or writes it as an archive. The same installation gives the same digest.',
    arguments: [],
    options: [
      'push',
      'load',
      'imageFile',
      'base',
      'platform',
      'explain',
      'insecureRegistry',
      'registryCa',
      'format',
      'json',
    ],
    examples: [
      'slipway kubernetes image --push registry.example.com/team/slipway-server',
      'slipway kubernetes image --base node:22-slim --platform linux/arm64 --output server.tar',
    ],
    load: async () => (await import('../commands/kubernetes-image.ts')).kubernetesImage,
  }),
];
