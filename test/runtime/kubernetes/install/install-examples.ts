import type { InstallOptions } from '../../../../src/runtime/kubernetes/install/install-options.ts';

export const serverImage: string = `registry.example/team/slipway-server@sha256:${'c'.repeat(64)}`;

/** Installations with the words that ask for them: of `slipway kubernetes manifest`, and the values of the chart. */
export const installExamples: Readonly<
  Record<
    string,
    {
      readonly install: Omit<InstallOptions, 'version'>;
      readonly words: readonly string[];
      readonly values: Readonly<Record<string, unknown>>;
    }
  >
> = {
  'rights alone': { install: { namespace: 'slipway' }, words: [], values: {} },
  'the tracking server': {
    install: { namespace: 'penguins', server: { image: serverImage } },
    words: ['--namespace', 'penguins', '--server', '--image', serverImage],
    values: { server: { enabled: true, image: serverImage } },
  },
  everything: {
    install: {
      namespace: 'penguins',
      name: 'lab',
      argo: true,
      nodes: true,
      egress: ['10.0.0.0/8', '10.1.2.3/32:5432', '[fd00::/8]:443'],
      server: {
        image: serverImage,
        storage: '100Gi',
        storageClass: 'fast',
        tokenSecret: 'tokens-of-the-lab',
        databaseSecret: 'database',
        imagePullSecrets: ['registry-login', 'other'],
        memory: '1Gi',
        cpu: '2',
      },
    },
    words: [
      ...[
        '--namespace',
        'penguins',
        '--name',
        'lab',
        '--argo',
        '--nodes',
        '--server',
        '--image',
        serverImage,
      ],
      ...['--egress', '10.0.0.0/8', '--egress', '10.1.2.3/32:5432', '--egress', '[fd00::/8]:443'],
      ...['--storage', '100Gi', '--storage-class', 'fast', '--token-secret', 'tokens-of-the-lab'],
      ...['--database-secret', 'database', '--image-pull-secret', 'registry-login', '--image-pull-secret'],
      ...['other', '--memory', '1Gi', '--cpu', '2'],
    ],
    values: {
      name: 'lab',
      argo: true,
      nodes: true,
      networkPolicy: { egress: ['10.0.0.0/8', '10.1.2.3/32:5432', '[fd00::/8]:443'] },
      server: {
        enabled: true,
        image: serverImage,
        storage: '100Gi',
        storageClass: 'fast',
        tokenSecret: 'tokens-of-the-lab',
        databaseSecret: 'database',
        imagePullSecrets: ['registry-login', 'other'],
        memory: '1Gi',
        cpu: '2',
      },
    },
  },
  'the server without network rules': {
    install: { namespace: 'slipway', networkPolicy: false, server: { image: serverImage } },
    words: ['--server', '--image', serverImage, '--no-network-policy'],
    values: { networkPolicy: { enabled: false }, server: { enabled: true, image: serverImage } },
  },
  'places to connect to, without a server': {
    install: { namespace: 'slipway', egress: ['192.168.0.0/16:8642'] },
    words: ['--egress', '192.168.0.0/16:8642'],
    values: { networkPolicy: { egress: ['192.168.0.0/16:8642'] } },
  },
};
