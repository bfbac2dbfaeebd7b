import type { Descriptor } from '../oci/descriptor.ts';

/** Variables of the environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How often and how fast a request is repeated that failed for a reason that may pass. */
export interface RetryOptions {
  /** Attempts without any progress before giving up. @default 5 */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; doubled for each further one, up to 10 s. @default 200 */
  readonly delay?: number;
}

/** A transfer of one blob as it goes on. */
export interface TransferProgress {
  readonly kind: 'upload' | 'download';
  readonly blob: Descriptor;
  /** Bytes so far, of `blob.size`. */
  readonly done: number;
}

/** How registries are talked to. */
export interface RegistryOptions {
  /**
   * Allow plain HTTP and certificates that nobody vouches for. Registries on this machine may speak plain HTTP without it.
   * @default false
   */
  readonly insecure?: boolean;
  /** A PEM file of certificates to trust beside those that Node and `SSL_CERT_FILE` bring. */
  readonly caFile?: string;
  /** Where `DOCKER_CONFIG`, `DOCKER_AUTH_CONFIG`, `SLIPWAY_REGISTRY_…`, `HTTPS_PROXY` … are read. @default process.env */
  readonly env?: Environment;
  /** Blobs transferred at once. @default 4 */
  readonly parallel?: number;
  readonly retry?: RetryOptions;
  /** Milliseconds without a byte after which a connection counts as cut. @default 60000 */
  readonly idleTimeout?: number;
  readonly onProgress?: (progress: TransferProgress) => void;
  readonly signal?: AbortSignal;
}
