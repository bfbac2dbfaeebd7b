import { rm } from 'node:fs/promises';
import type { Json } from '../../core/json.ts';
import { parseArtifactKey, parseName } from '../../core/name.ts';
import { renderStoreUri } from '../../core/store-uri.ts';
import type { ArtifactKind, ArtifactRecord } from '../../tracking/run.ts';
import type { RunStore } from '../../tracking/store.ts';

/** Whose artifact it is, and under which key. */
export interface ArtifactTarget {
  readonly project: string;
  /** uid of the producing run. */
  readonly producer: string;
  readonly key: string;
}

export interface ArtifactDescription {
  readonly kind: ArtifactKind;
  readonly mediaType?: string | undefined;
  readonly metadata?: Readonly<Record<string, Json>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Refuses keys and tags that are not allowed, before anything is written. */
export function checkTarget(target: ArtifactTarget, tags: readonly string[] = []): void {
  parseArtifactKey(target.key);
  for (const tag of tags) parseName('tag', tag);
}

/**
 * Fills a staging folder and moves it into the store, whole or not at all. A failure leaves nothing behind.
 * `fill` writes the files and says what they are.
 */
export async function storeStaged(
  store: RunStore,
  target: ArtifactTarget,
  fill: (staging: string) => Promise<ArtifactDescription>,
): Promise<ArtifactRecord> {
  const staging = await store.createStaging();
  try {
    const { kind, mediaType, metadata, labels } = await fill(staging);
    const stored = await store.putArtifact(staging, { directory: kind === 'model' || kind === 'dir' });
    return {
      key: target.key,
      kind,
      uri: renderStoreUri({ project: target.project, key: target.key, digest: stored.digest }),
      digest: stored.digest,
      size: stored.size,
      files: stored.files,
      ...(mediaType === undefined ? {} : { mediaType }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(labels === undefined ? {} : { labels }),
      producer: target.producer,
    };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
