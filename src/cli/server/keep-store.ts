import { once } from 'node:events';
import path from 'node:path';
import { errorRecord } from '../../core/error.ts';
import type { OptionValues } from '../../core/option-table.ts';
import { packageVersion } from '../../core/package-root.ts';
import type { ProjectStores } from '../../server/project-stores.ts';
import { startServer } from '../../server/start-server.ts';
import { openTokenFile } from '../../server/token-file.ts';
import { usageError } from '../errors.ts';
import { present } from '../output/present.ts';
import type { Session } from '../session.ts';

/** Options of `slipway server` that say how a store is kept for others. */
export type KeepStoreOptions = Pick<
  OptionValues,
  'host' | 'port' | 'tokenFile' | 'database' | 'artifactsFolder' | 'output' | 'json'
>;

/**
 * Serves the store of a folder until the command is interrupted. The server's image starts this too, so it needs nothing of the
 * project: no packaging, no runtimes.
 * @throws CLI_USAGE, INVALID_TOKENS, ADDRESS_IN_USE, and the errors of a database that cannot be used
 */
export async function keepStore(
  directory: string,
  options: KeepStoreOptions,
  session: Session,
): Promise<void> {
  if (options.port > 65_535)
    throw usageError(`--port "${options.port}" is no port`, { hint: 'give 0 to 65535' });
  const tokenFile = path.resolve(
    session.directory,
    options.tokenFile ?? path.join(directory, 'server-token'),
  );
  const { tokens, isNew } = openTokenFile(tokenFile);
  const kept = await openKept(directory, options, session);
  const running = await startServer({
    directory: kept.stores,
    tokens,
    host: options.host,
    port: options.port,
    version: packageVersion(),
    onFailure: failureLog(session),
  });
  await present(session, options, {
    data: () => ({
      url: running.url,
      tokenFile,
      storeDirectory: directory,
      ...(kept.shownUrl === undefined ? {} : { database: kept.shownUrl, artifacts: kept.artifacts }),
    }),
    text: () =>
      [
        `tracking server at ${running.url}`,
        ...(kept.shownUrl === undefined
          ? [`  store   ${directory}`]
          : [`  runs    ${kept.shownUrl}`, `  files   ${kept.artifacts}`]),
        `  token   ${isNew ? 'written to' : 'in'} ${tokenFile}`,
        '',
        'Point runs and commands to it:',
        `  export SLIPWAY_TRACKING_URL=${running.url}`,
        `  export SLIPWAY_TRACKING_TOKEN_FILE=${tokenFile}`,
        '',
      ].join('\n'),
    names: () => [running.url],
  });
  if (!session.signal.aborted) await once(session.signal, 'abort');
  await running.close();
}

interface Kept {
  readonly stores: string | ProjectStores;
  readonly artifacts: string;
  /** Address of the database without its password. */
  readonly shownUrl?: string;
}

async function openKept(directory: string, options: KeepStoreOptions, session: Session): Promise<Kept> {
  const { database, artifactsFolder } = options;
  const artifacts = path.resolve(session.directory, artifactsFolder ?? directory);
  if (database === undefined) {
    if (artifactsFolder === undefined) return { stores: directory, artifacts };
    throw usageError('--artifacts is for runs in a database', {
      hint: 'give --database too; without one the store holds everything (SLIPWAY_HOME names it)',
    });
  }
  const { openDatabaseStores } = await import('../../server/database-stores.ts');
  const fromArguments = database !== session.env.SLIPWAY_DATABASE_URL;
  const { stores, shownUrl } = await openDatabaseStores({ database, artifacts, fromArguments });
  return { stores, artifacts, shownUrl };
}

/** Milliseconds in which the same failure is told once: while a database is away every request meets it. */
const quietMs = 10_000;

function failureLog(
  session: Session,
): (error: unknown, request: { readonly method: string; readonly url: string }) => void {
  let last = { message: '', at: Number.NEGATIVE_INFINITY };
  return (error, { method, url }) => {
    const { message } = errorRecord(error);
    if (message === last.message && performance.now() - last.at < quietMs) return;
    last = { message, at: performance.now() };
    void session.err.write(`${method} ${url.split('?')[0]}: ${message}\n`);
  };
}
