import { once } from 'node:events';
import path from 'node:path';
import { errorRecord } from '../../core/error.ts';
import { packageVersion } from '../../core/package-root.ts';
import type { Execute } from '../command.ts';
import { usageError } from '../errors.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway server`: keeps the project's store for others to write to and read from, until it is interrupted. */
export const server: Execute<'host' | 'port' | 'tokenFile' | 'output' | 'json'> = ({ options, session }) =>
  withWorkspace(session, async ({ project }) => {
    const [{ startServer }, { openTokenFile }] = await Promise.all([
      import('../../server/start-server.ts'),
      import('../../server/token-file.ts'),
    ]);
    if (options.port > 65_535)
      throw usageError(`--port "${options.port}" is no port`, { hint: 'give 0 to 65535' });
    const directory = project.storeDirectory;
    const tokenFile = path.resolve(
      session.directory,
      options.tokenFile ?? path.join(directory, 'server-token'),
    );
    const { tokens, isNew } = openTokenFile(tokenFile);
    const running = await startServer({
      directory,
      tokens,
      host: options.host,
      port: options.port,
      version: packageVersion(),
      onFailure: (error, { method, url }) =>
        void session.err.write(`${method} ${url.split('?')[0]}: ${errorRecord(error).message}\n`),
    });
    await present(session, options, {
      data: () => ({ url: running.url, tokenFile, storeDirectory: directory }),
      text: () =>
        [
          `tracking server at ${running.url}`,
          `  store   ${directory}`,
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
    return undefined;
  });
