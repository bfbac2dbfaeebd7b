import type { OptionEntry } from './option-entry.ts';

/** Values of the options that runs on a cluster have. */
export interface ClusterOptionValues {
  readonly kubeconfig?: string;
  readonly kubeContext?: string;
  readonly namespace?: string;
  readonly kubernetes: readonly string[];
  readonly registryName?: string;
  readonly trackingAddress?: string;
}

/** The part of the option table about clusters; what kubectl has too is called as it is there. */
export const clusterOptions: { readonly [Name in keyof ClusterOptionValues]-?: OptionEntry } = {
  kubeconfig: {
    type: 'text',
    flag: '--kubeconfig',
    value: 'file',
    doc: 'Kubeconfig of the cluster. KUBECONFIG, ~/.kube/config or the credentials of the pod unless given.',
  },
  kubeContext: {
    type: 'text',
    flag: '--context',
    value: 'name',
    doc: 'Context of the kubeconfig. Its current one unless given.',
  },
  namespace: {
    type: 'text',
    flag: '--namespace',
    value: 'name',
    doc: "Namespace of the cluster. The context's unless given.",
  },
  kubernetes: {
    type: 'list',
    flag: '--kubernetes',
    value: 'key=value',
    doc: 'Option of the pod: serviceAccount=trainer, requests.memory=2Gi, a JSON value, or a YAML or JSON file of them. Repeatable.',
  },
  registryName: {
    type: 'text',
    flag: '--image-name',
    value: 'registry/name',
    env: 'SLIPWAY_IMAGE_NAME',
    user: 'imageName',
    doc: 'Where images built of functions are pushed for a cluster to pull; {function} stands for the name. image.name of project.yaml unless given.',
  },
  trackingAddress: {
    type: 'text',
    flag: '--tracking-address',
    value: 'host[:port]',
    env: 'SLIPWAY_TRACKING_ADDRESS',
    user: 'trackingAddress',
    doc: 'How pods reach this machine, where no tracking server is named. The address from which it reaches the cluster unless given.',
  },
};
