import { isStoreUri } from '../../core/store-uri.ts';
import { artifactNotFound } from '../../tracking/errors.ts';
import type { InputRecord } from '../../tracking/run.ts';
import type { RunStore } from '../../tracking/store.ts';
import { stepArtifactGone } from '../errors.ts';

/** Throws `STEP_ARTIFACT_GONE` for an input of a step that was removed from the store since it was made. */
export async function checkArtifacts(
  store: RunStore,
  step: string,
  inputs: Readonly<Record<string, InputRecord>>,
): Promise<void> {
  for (const [name, { uri, digest }] of Object.entries(inputs)) {
    if (digest === undefined || !isStoreUri(uri) || (await isKept(store, digest))) continue;
    throw stepArtifactGone(
      `step "${step}" needs "${uri}" as its input "${name}", which is no longer in the store`,
      {
        hint: 'resume the pipeline, which makes it again: slipway pipeline resume',
        details: { step, input: name, uri },
      },
    );
  }
}

/** Whether the store still has an artifact. */
export async function isKept(store: RunStore, digest: string): Promise<boolean> {
  try {
    await store.artifactDirectory(digest);
    return true;
  } catch (error) {
    if (artifactNotFound.is(error)) return false;
    throw error;
  }
}
