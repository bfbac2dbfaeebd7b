/** What an installation in a cluster consists of; everything but the namespace is optional. */
export interface InstallOptions {
  /** Namespace of everything; also where runs go. */
  readonly namespace: string;
  /** What names and labels begin with; two installations in one namespace need two. @default 'slipway' */
  readonly name?: string;
  /** The tracking server. @default none: roles, accounts and network rules alone */
  readonly server?: ServerInstall;
  /** Account, role and rights for Argo Workflows. @default false */
  readonly argo?: boolean;
  /** Whether the submitter may look at the cluster's nodes, which tells lost nodes from slow ones. @default false */
  readonly nodes?: boolean;
  /** Network rules. @default true */
  readonly networkPolicy?: boolean;
  /** Where runs may connect to beside names and the tracking server: `10.0.0.0/8`, `10.1.2.3/32:5432`. @default nowhere */
  readonly egress?: readonly string[];
  /** Version for labels. */
  readonly version: string;
}

/** The tracking server in the cluster. */
export interface ServerInstall {
  /** By digest: `registry/name@sha256:…`. */
  readonly image: string;
  /** Size of its volume. @default '10Gi' */
  readonly storage?: string;
  /** Storage class of its volume. @default the cluster's own choice */
  readonly storageClass?: string;
  /** Secret with the key `tokens`: the file of tokens. @default '<name>-server-tokens' */
  readonly tokenSecret?: string;
  /** Secret with the key `url`: the address of a Postgres database. @default the store on the volume */
  readonly databaseSecret?: string;
  /** Secrets with the registry's login. */
  readonly imagePullSecrets?: readonly string[];
  /** Request and limit. @default '512Mi' */
  readonly memory?: string;
  /** Request. @default '100m' */
  readonly cpu?: string;
}

/** An object as the API server takes it. */
export interface InstallObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** Port of the tracking server in its pod and of its Service. */
export const serverPort = 8642;
/** Name of the key, and of the file, that holds the tokens. */
export const tokensKey = 'tokens';
/** Name of the key that holds the database's address. */
export const databaseKey = 'url';

export function installName({ name = 'slipway' }: Pick<InstallOptions, 'name'>): string {
  return name;
}

/** Secret of the server's tokens. */
export function tokenSecretName(options: InstallOptions): string {
  return options.server?.tokenSecret ?? `${installName(options)}-server-tokens`;
}
