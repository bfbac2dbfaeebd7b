import type { AddressInfo } from 'node:net';
import type { AccessToken } from './access-token.ts';
import { createServer } from './create-server.ts';
import { addressInUse } from './errors.ts';
import { openProjectStores, type ProjectStores } from './project-stores.ts';

export interface StartServerOptions {
  /** Folder of the store that the server keeps, or what keeps the projects elsewhere; closed with the server. */
  readonly directory: string | ProjectStores;
  readonly tokens: readonly AccessToken[];
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly version: string;
  readonly onFailure?: (error: unknown, request: { readonly method: string; readonly url: string }) => void;
}

export interface RunningServer {
  readonly url: string;
  /** Lets requests under way end, then lets go of the store. */
  close(): Promise<void>;
}

/** @throws ADDRESS_IN_USE */
export async function startServer(options: StartServerOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', port, directory } = options;
  const stores = typeof directory === 'string' ? openProjectStores(directory) : directory;
  const app = await createServer({ ...options, stores });
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    await stores.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw addressInUse(`another process listens on ${host}:${port} already`, {
      hint: 'choose another port with --port, or 0 for a free one',
    });
  }
  const address = app.server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shown}:${address.port}`,
    async close() {
      await app.close();
      await stores.close();
    },
  };
}
