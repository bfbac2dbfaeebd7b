import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { certificateAuthority } from './control-plane.ts';

export interface ApiAccess {
  readonly config: string;
  /** `https://host:port` */
  readonly server: string;
  readonly token: string;
}

/** One request to the API server of a cluster that is starting; `undefined` while there is no answer. */
export function apiRequest(
  { config, server, token }: ApiAccess,
  path: string,
): Promise<{ status: number; body: string } | undefined> {
  const authority = certificateAuthority(config);
  if (!existsSync(authority)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const call = request(
      new URL(path, server),
      {
        ca: readFileSync(authority),
        headers: { authorization: `Bearer ${token}` },
        agent: false,
        timeout: 5000,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => resolve(undefined));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(undefined));
    call.end();
  });
}
