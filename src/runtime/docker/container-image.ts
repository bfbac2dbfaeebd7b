/** An image as a run's container is made from it. */
export interface ContainerImage {
  /** As it was asked for. */
  readonly reference: string;
  /** What the daemon knows it by: the digest of its configuration. */
  readonly id: string;
  /** What is recorded: the digest of its manifest where the daemon knows that, else its id. */
  readonly digest: string;
  /** `linux/amd64` */
  readonly platform: string;
  /** Whether it starts with Slipway's runner. */
  readonly hasRunner: boolean;
  /** Digest of the bundle in it. */
  readonly bundle?: string;
}

/** Folder of the bundle in an image that was built for one function. */
export const bundleInImage = '/slipway/bundle';
