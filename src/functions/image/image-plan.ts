import type { ResolvedBase } from './base/self-base.ts';
import type { GitRevision } from './evidence/git-revision.ts';
import type { FunctionImage } from './image-records.ts';
import type { BuildImageRequest } from './image-request.ts';
import type { InstalledParts } from './layers/installed-parts.ts';
import type { BlobStore } from './oci/blob-store.ts';
import type { Platform } from './oci/descriptor.ts';
import type { PlannedPackages } from './plan-packages.ts';

/** All that an image will be made of, looked up but not yet written. */
export interface ImagePlan {
  readonly request: BuildImageRequest;
  readonly blobs: BlobStore;
  readonly platform: Platform;
  readonly base: ResolvedBase;
  readonly revision: GitRevision | undefined;
  readonly parts: InstalledParts;
  /** ISO 8601. */
  readonly created: string;
  readonly runtimePackages: PlannedPackages;
  /** Absent where the bundle needs no packages beside it. */
  readonly dependencies: PlannedPackages | undefined;
  /** What was last built of a function of this name. */
  readonly previous: FunctionImage | undefined;
}
