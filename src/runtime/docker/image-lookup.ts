import type Docker from 'dockerode';
import { monotonicMs } from '../monotonic.ts';
import type { ContainerImage } from './container-image.ts';
import { inspectImage } from './inspect-image.ts';
import type { PullOptions } from './pull-image.ts';

/** Runs started in a row share an answer; a tag that was given to another image is seen. */
const freshMs = 1000;

/** Looks images up at a daemon, each at most once a second. */
export function createImageLookup(
  docker: Docker,
  options?: PullOptions,
): (reference: string) => Promise<ContainerImage> {
  const known = new Map<string, { readonly at: number; readonly image: Promise<ContainerImage> }>();
  return (reference) => {
    const recent = known.get(reference);
    if (recent && monotonicMs() - recent.at < freshMs) return recent.image;
    const image = inspectImage(docker, reference, options);
    known.set(reference, { at: monotonicMs(), image });
    // what is missing now may be there the next time
    image.catch(() => known.delete(reference));
    return image;
  };
}
