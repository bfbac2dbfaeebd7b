import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type AccessToken, findToken, requireScope } from './access-token.ts';
import { errorReply } from './error-reply.ts';
import type { ProjectStores } from './project-stores.ts';
import { artifactRoutes } from './routes/artifacts.ts';
import { journalRoutes } from './routes/journals.ts';
import { runRoutes } from './routes/runs.ts';

export interface ServerOptions {
  readonly stores: ProjectStores;
  readonly tokens: readonly AccessToken[];
  readonly version: string;
  /** Told of errors that are not the client's. */
  readonly onFailure?: (error: unknown, request: { readonly method: string; readonly url: string }) => void;
}

/** Most bytes of a JSON body: a batch of events; artifacts and output come as streams. */
const bodyLimit = 16 * 1024 * 1024;

/**
 * The tracking server, not listening yet. Everything under `/api/v1/projects/<project>/` is the store port over HTTP and needs a
 * token; `/health` says that the process lives, `/ready` that its store answers.
 */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { fastify } = await import('fastify');
  // a param may well be called __proto__; nothing here copies keys of a body
  const app = fastify({ bodyLimit, forceCloseConnections: true, logger: false, onProtoPoisoning: 'ignore' });
  const streams = ['application/x-tar', 'application/octet-stream'];
  app.addContentTypeParser(streams, (_request, payload, done) => done(null, payload));
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = errorReply(error);
    if (status >= 500) options.onFailure?.(error, request);
    return reply.status(status).send(body);
  });
  app.setNotFoundHandler((request, reply) =>
    reply.status(404).send({
      code: 'INVALID_QUERY',
      kind: 'not-found',
      message: `there is nothing at "${request.method} ${request.url.split('?')[0]}"`,
    }),
  );
  app.get('/health', () => ({ status: 'ok', version: options.version }));
  app.get('/ready', async () => {
    await options.stores.open('default').store.searchRuns({ limit: 1 });
    return { status: 'ok' };
  });
  await app.register(
    async (api) => {
      api.addHook('onRequest', async (request) => checkAccess(options.tokens, request));
      runRoutes(api, options.stores);
      journalRoutes(api, options.stores);
      artifactRoutes(api, options.stores);
    },
    { prefix: '/api/v1/projects/:project' },
  );
  return app;
}

/** Requests that only look, although they carry a body. */
const searches = /\/(?:search\/(?:runs|artifacts)|artifacts\/resolve)$/;

function checkAccess(tokens: readonly AccessToken[], request: FastifyRequest): void {
  const token = findToken(tokens, request.headers.authorization);
  const { project } = request.params as { project?: string };
  const [address = ''] = request.url.split('?');
  const reads = ['GET', 'HEAD'].includes(request.method) || searches.test(address);
  requireScope(token, { access: reads ? 'read' : 'write', ...(project === undefined ? {} : { project }) });
}
