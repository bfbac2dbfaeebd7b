import type { OptionEntry } from './option-entry.ts';

/** Options of `slipway kubernetes manifest`. */
export interface InstallOptionValues {
  readonly installNamespace: string;
  readonly installName: string;
  readonly withServer: boolean;
  readonly serverImage?: string;
  readonly withArgo: boolean;
  readonly nodeAccess: boolean;
  readonly noNetworkPolicy: boolean;
  readonly egress: readonly string[];
  readonly storage?: string;
  readonly storageClass?: string;
  readonly tokenSecret?: string;
  readonly databaseSecret?: string;
  readonly imagePullSecret: readonly string[];
  readonly serverMemory?: string;
  readonly serverCpu?: string;
  readonly manifestOutput: string;
  readonly imageFile?: string;
}

/** The part of the option table about installing in a cluster. */
export const installOptions: { readonly [Name in keyof InstallOptionValues]-?: OptionEntry } = {
  installNamespace: {
    type: 'text',
    flag: '--namespace',
    value: 'name',
    default: 'slipway',
    doc: 'Namespace of everything; runs go there too.',
  },
  installName: {
    type: 'text',
    flag: '--name',
    value: 'name',
    default: 'slipway',
    doc: 'What the names of all objects begin with.',
  },
  withServer: { type: 'flag', flag: '--server', doc: 'With the tracking server; needs --image.' },
  serverImage: {
    type: 'text',
    flag: '--image',
    value: 'image@digest',
    doc: "The tracking server's image, by digest.",
  },
  withArgo: { type: 'flag', flag: '--argo', doc: 'With account and rights for Argo Workflows.' },
  nodeAccess: {
    type: 'flag',
    flag: '--nodes',
    doc: 'Let the submitter look at the nodes of the cluster, to tell a lost node from a slow one.',
  },
  noNetworkPolicy: { type: 'flag', flag: '--no-network-policy', doc: 'Without rules for the network.' },
  egress: {
    type: 'list',
    flag: '--egress',
    value: 'range[:port]',
    doc: 'Addresses that runs may connect to: 10.0.0.0/8, 10.1.2.3/32:5432. Repeatable.',
  },
  storage: {
    type: 'text',
    flag: '--storage',
    value: 'size',
    doc: "Size of the tracking server's volume. 10Gi unless given.",
  },
  storageClass: {
    type: 'text',
    flag: '--storage-class',
    value: 'name',
    doc: "Storage class of its volume. The cluster's own choice unless given.",
  },
  tokenSecret: {
    type: 'text',
    flag: '--token-secret',
    value: 'name',
    doc: 'Secret whose key "tokens" is the file of tokens. <name>-server-tokens unless given.',
  },
  databaseSecret: {
    type: 'text',
    flag: '--database-secret',
    value: 'name',
    doc: 'Secret whose key "url" is the address of a Postgres database.',
  },
  imagePullSecret: {
    type: 'list',
    flag: '--image-pull-secret',
    value: 'name',
    doc: "Secret with the login of the image's registry. Repeatable.",
  },
  serverMemory: {
    type: 'text',
    flag: '--memory',
    value: 'size',
    doc: 'Memory of the tracking server. 512Mi unless given.',
  },
  serverCpu: {
    type: 'text',
    flag: '--cpu',
    value: 'amount',
    doc: 'Processor time that is kept for it. 100m unless given.',
  },
  manifestOutput: {
    type: 'text',
    flag: '--output',
    short: '-o',
    value: 'yaml|json|folder',
    default: 'yaml',
    doc: 'Print YAML or JSON; or write a file for each object, with a kustomization.yaml, into a folder.',
  },
  imageFile: {
    type: 'text',
    flag: '--output',
    value: 'file',
    doc: 'Build the image and write it as an archive (.tar).',
  },
};
