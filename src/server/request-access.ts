import type { FastifyRequest } from 'fastify';
import { parseStoreUri } from '../core/store-uri.ts';
import { artifactNotFound } from '../tracking/errors.ts';
import type { ServedStore } from '../tracking/store.ts';
import { type AccessToken, findToken, requireScope } from './access-token.ts';

const tokenOf = new WeakMap<FastifyRequest, AccessToken>();

/** Where everything that belongs to a project lies. */
export const projectPrefix = '/api/v1/projects/:project';

/** Routes that only look, although they take a body. */
const searches: ReadonlySet<string | undefined> = new Set(
  ['/search/runs', '/search/artifacts', '/artifacts/resolve'].map((place) => `${projectPrefix}${place}`),
);

/**
 * Lets a request in whose token is for its project, and for writing where it writes. The route that was found tells which it does: the text
 * of an address may end as a search does and lead elsewhere.
 * @throws TOKEN_MISSING, TOKEN_SCOPE
 */
export function admit(tokens: readonly AccessToken[], request: FastifyRequest): void {
  const token = findToken(tokens, request.headers.authorization);
  const { project } = request.params as { project?: string };
  const reads = ['GET', 'HEAD'].includes(request.method) || searches.has(request.routeOptions.url);
  requireScope(token, { access: reads ? 'read' : 'write', ...(project === undefined ? {} : { project }) });
  tokenOf.set(request, token);
}

/**
 * Refuses a change of the artifact that a `store://` URI stands for, which may be one of another project.
 * @throws TOKEN_SCOPE, INVALID_URI
 */
export function requireWriting(request: FastifyRequest, uri: string): void {
  requireScope(admitted(request), { access: 'write', project: parseStoreUri(uri).project });
}

/**
 * Refuses a look at the artifact of another project to a token that is for one. What a run of its project takes as input is pinned
 * by digest and stands in that run's journal: whoever runs it may look it up.
 * @throws TOKEN_SCOPE, INVALID_URI
 */
export async function requireReading(
  request: FastifyRequest,
  store: Pick<ServedStore, 'mentionsArtifact'>,
  uri: string,
): Promise<void> {
  const token = admitted(request);
  const { project, digest } = parseStoreUri(uri);
  if (token.project === project) return;
  if (token.project !== undefined && digest !== undefined && (await store.mentionsArtifact(digest))) return;
  requireScope(token, { access: 'read', project });
}

/**
 * Files lie under their digest, whichever project they are of: a token that is for one sees those that its project knows.
 * @throws ARTIFACT_NOT_FOUND
 */
export async function requireKnown(
  request: FastifyRequest,
  store: Pick<ServedStore, 'mentionsArtifact' | 'project'>,
  digest: string,
): Promise<void> {
  if (admitted(request).project === undefined || (await store.mentionsArtifact(digest))) return;
  throw artifactNotFound(`project "${store.project}" knows no artifact with digest "${digest}"`, {
    hint: 'name it as input of a run of this project, or use a token that is for every project',
  });
}

function admitted(request: FastifyRequest): AccessToken {
  const token = tokenOf.get(request);
  if (token === undefined) throw new Error('a request came to a route without having been let in');
  return token;
}
