import { kubernetesConflict } from '../errors.ts';
import type { ApiClient } from './api-client.ts';
import { retryPassing } from './retry-passing.ts';

/** Creates an object; one of this name that is there already was created by an earlier try, whose answer was lost: that gives undefined. */
export async function createOnce<Kind>(
  client: ApiClient,
  path: string,
  body: unknown,
): Promise<Kind | undefined> {
  try {
    return await retryPassing(() => client.request<Kind>('POST', path, { body }));
  } catch (error) {
    if (kubernetesConflict.is(error)) return undefined;
    throw error;
  }
}
