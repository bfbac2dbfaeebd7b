import { isStoreUri } from '../core/store-uri.ts';
import type { Artifact, Dataset, Model } from './artifact.ts';
import type { DataItem } from './data-item.ts';
import { isArtifact, openArtifact } from './open-artifact.ts';
import { isDataItem, type OpenDataItemOptions, openDataItem } from './open-data-item.ts';

/**
 * What a handler gets for an input: as `openDataItem`, but a `store://` reference is looked up now and becomes the
 * artifact, dataset or model it stands for. Throws `ARTIFACT_NOT_FOUND`, `INVALID_DATA_REFERENCE`.
 */
export async function resolveInput(
  reference: string | URL | DataItem | Artifact,
  options: OpenDataItemOptions = {},
): Promise<DataItem | Artifact | Dataset | Model> {
  if (isArtifact(reference)) return reference;
  const text = isDataItem(reference) ? reference.url : String(reference);
  if (options.store && isStoreUri(text) && !text.includes('#'))
    return openArtifact(options.store, await options.store.resolveArtifact(text), options.key);
  return openDataItem(reference, options);
}
