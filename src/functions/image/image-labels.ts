import type { PackagedFunction } from '../function-spec.ts';
import type { GitRevision } from './evidence/git-revision.ts';

/** Labels that every image carries: which function, at which digest, from which commit. Given ones win. */
export function imageLabels(
  { spec, bundle }: PackagedFunction,
  facts: { readonly revision: GitRevision | undefined; readonly created: string; readonly version: string },
): Readonly<Record<string, string>> {
  const { name, description, version } = spec.metadata;
  const { revision } = facts;
  return {
    'org.opencontainers.image.title': name,
    'org.opencontainers.image.created': facts.created,
    ...(description === undefined ? {} : { 'org.opencontainers.image.description': description }),
    ...(version === undefined ? {} : { 'org.opencontainers.image.version': version }),
    ...(revision === undefined
      ? {}
      : {
          'org.opencontainers.image.revision': revision.commit,
          'slipway.source.dirty': String(revision.dirty),
        }),
    'slipway.function': name,
    'slipway.bundle': bundle.digest,
    'slipway.version': facts.version,
    ...(spec.spec.source === undefined ? {} : { 'slipway.source': spec.spec.source }),
  };
}

/** When the sources were written, as far as that is known: SOURCE_DATE_EPOCH, else the commit's time, else 1970. */
export function createdAt(
  env: Readonly<Record<string, string | undefined>>,
  revision: GitRevision | undefined,
): string {
  const given = /^\d+$/.test(env.SOURCE_DATE_EPOCH ?? '') ? Number(env.SOURCE_DATE_EPOCH) : undefined;
  return new Date((given ?? revision?.committedAt ?? 0) * 1000).toISOString().replace('.000Z', 'Z');
}
