import type { RunStore } from '../store.ts';
import { keepAsking } from './claim-thread.ts';
import type { ServerClient } from './server-client.ts';

/** Claims that a tracking server keeps, for processes of any machine. */
export function serverClaims(
  client: ServerClient,
): Required<Pick<RunStore, 'claim' | 'keepClaim' | 'release'>> {
  return {
    async claim(name, holder, leaseMs) {
      const json = { name, holder, leaseMs };
      return (await client.call<{ holder: string }>('POST', '/claims', { json })).holder;
    },
    keepClaim: ({ everyMs, ...json }) => keepAsking(client.describe('POST', '/claims', json), everyMs),
    async release(name, holder) {
      await client.call('POST', '/claims/release', { json: { name, holder } });
    },
  };
}
