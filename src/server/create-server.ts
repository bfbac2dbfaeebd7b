import type { FastifyInstance } from 'fastify';
import type { AccessToken } from './access-token.ts';
import { errorReply } from './error-reply.ts';
import type { ProjectStores } from './project-stores.ts';
import { admit, projectPrefix } from './request-access.ts';
import { artifactRoutes } from './routes/artifacts.ts';
import { claimRoutes } from './routes/claims.ts';
import { journalRoutes } from './routes/journals.ts';
import { notificationRoutes } from './routes/notifications.ts';
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
  // a param may well be called __proto__ or constructor; nothing here copies keys of a body
  const app = fastify({
    bodyLimit,
    forceCloseConnections: true,
    logger: false,
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  });
  const streams = ['application/x-tar', 'application/octet-stream'];
  app.addContentTypeParser(streams, (_request, payload, done) => done(null, payload));
  app.setErrorHandler((error, request, reply) => {
    const { status, body, retryAfter } = errorReply(error);
    if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
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
    await options.stores.check();
    return { status: 'ok' };
  });
  await app.register(
    async (api) => {
      api.addHook('onRequest', async (request) => admit(options.tokens, request));
      runRoutes(api, options.stores);
      claimRoutes(api, options.stores);
      notificationRoutes(api, options.stores);
      journalRoutes(api, options.stores);
      artifactRoutes(api, options.stores);
    },
    { prefix: projectPrefix },
  );
  return app;
}
