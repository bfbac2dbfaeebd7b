import type { OptionEntry } from './option-entry.ts';

/** Options of commands that build or remove images. */
export interface ImageOptionValues {
  readonly push?: string;
  readonly load: boolean;
  readonly imageName?: string;
  readonly archiveFormat?: 'oci' | 'docker';
  readonly base?: string;
  readonly platform?: string;
  readonly requirement: readonly string[];
  readonly imageEnv: Readonly<Record<string, string>>;
  readonly imageLabel: Readonly<Record<string, string>>;
  readonly imageUser?: string;
  readonly command: readonly string[];
  readonly explain: boolean;
  readonly insecureRegistry: boolean;
  readonly registryCa?: string;
  readonly dockerImages: boolean;
}

/** The part of the option table about images. */
export const imageOptions: { readonly [Name in keyof ImageOptionValues]-?: OptionEntry } = {
  push: {
    type: 'text',
    flag: '--push',
    value: 'registry/name[:tag]',
    doc: 'Build the image and push it to a registry.',
  },
  load: { type: 'flag', flag: '--load', doc: 'Build the image and load it into Docker.' },
  imageName: {
    type: 'text',
    flag: '--image',
    value: 'name[:tag]',
    doc: 'Name of the image in Docker or in a Docker archive. slipway/<function> unless given.',
  },
  archiveFormat: {
    type: 'choice',
    flag: '--archive-format',
    value: 'format',
    choices: ['oci', 'docker'],
    doc: 'Form of an archive: oci (skopeo, podman, registries) or docker (docker load). oci unless given.',
  },
  base: {
    type: 'text',
    flag: '--base',
    value: 'image',
    env: 'SLIPWAY_BASE_IMAGE',
    doc: 'What the image builds on: self (this Node, no network needed), an image in a registry, or an archive (.tar). self unless given.',
  },
  platform: {
    type: 'text',
    flag: '--platform',
    value: 'os/architecture',
    doc: "Platform of the image: linux/amd64, linux/arm64. This machine's unless given.",
  },
  requirement: {
    type: 'list',
    flag: '--requirement',
    value: 'package',
    doc: "Package to add to the image: name (the project's version) or name@1.2.3. Repeatable.",
  },
  imageEnv: {
    type: 'pair',
    flag: '--env',
    short: '-e',
    value: 'KEY=value',
    doc: 'Environment variable of every container of the image; no secrets. Repeatable.',
  },
  imageLabel: {
    type: 'pair',
    flag: '--label',
    short: '-l',
    value: 'key=value',
    doc: 'Label of the image. Repeatable.',
  },
  imageUser: {
    type: 'text',
    flag: '--user',
    value: 'uid[:gid]',
    doc: 'Whom containers of the image run as. 65532:65532 unless given.',
  },
  command: {
    type: 'list',
    flag: '--command',
    value: 'command',
    doc: "Shell command to run on the base first, e.g. 'apt-get install -y git'; needs Docker. Repeatable.",
  },
  explain: {
    type: 'flag',
    flag: '--explain',
    doc: 'Say for each layer whether it was reused or made, and why.',
  },
  insecureRegistry: {
    type: 'flag',
    flag: '--insecure-registry',
    doc: 'Allow plain HTTP and certificates that nobody vouches for; a registry on this machine needs it not.',
  },
  registryCa: {
    type: 'text',
    flag: '--registry-ca',
    value: 'file',
    env: 'SLIPWAY_REGISTRY_CA',
    doc: 'PEM file of certificates to trust when talking to registries.',
  },
  dockerImages: {
    type: 'flag',
    flag: '--docker-images',
    doc: "Also remove from Docker what runs had loaded: slipway/… images that no container uses, older than a day; other projects' too.",
  },
};
