import type { Json } from '../../../core/json.ts';
import type { GitRevision } from './git-revision.ts';

export interface ProvenanceFacts {
  readonly function: string;
  /** Digest of the image's manifest. */
  readonly image: string;
  /** Version of Slipway. */
  readonly version: string;
  readonly esbuild: string;
  /** The recipe, as given. */
  readonly recipe: Json;
  readonly source?: string | undefined;
  readonly revision: GitRevision | undefined;
  /** What went in: name to `sha256:<hex>`. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** How an image came about: an in-toto statement with a SLSA provenance predicate. Of the machine it says nothing. */
export function renderProvenance(facts: ProvenanceFacts): object {
  const { revision } = facts;
  const dependencies = Object.entries(facts.inputs).map(([name, digest]) => ({
    name,
    digest: { sha256: digest.replace('sha256:', '') },
  }));
  const commit = revision && {
    name: 'source',
    digest: { gitCommit: revision.commit },
    annotations: { dirty: revision.dirty },
  };
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: facts.function, digest: { sha256: facts.image.replace('sha256:', '') } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:slipway:image:v1',
        externalParameters: {
          function: facts.function,
          ...(facts.source === undefined ? {} : { source: facts.source }),
          recipe: facts.recipe,
        },
        resolvedDependencies: [...(commit ? [commit] : []), ...dependencies],
      },
      runDetails: {
        builder: { id: 'urn:slipway:builder', version: { slipway: facts.version, esbuild: facts.esbuild } },
      },
    },
  };
}
