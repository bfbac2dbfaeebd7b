import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { createUid } from '../../core/id.ts';
import {
  parseTrackingAddress,
  type TrackingAddress,
} from '../../runtime/kubernetes/manifest/tracking-address.ts';
import type { OpenRoute, RouteTarget, TrackingRoute } from '../../runtime/tracking-route.ts';
import { currentProcess } from '../../tracking/process-identity.ts';
import { trackingAddressNeeded, trackingAddressTaken } from './errors.ts';
import type { ProjectServer } from './find-project-server.ts';
import { addressHint, isLoopback, localRouteAddress, ownAddresses } from './local-route-address.ts';
import { abandonedRoutes, forgetRoute, noteRoute } from './route-book.ts';

/** Starts a tracking server over the store in a folder; a higher room has it. */
export type StartServer = (options: {
  readonly directory: string;
  readonly tokens: readonly {
    readonly token: string;
    readonly access: 'write';
    readonly project: string;
  }[];
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}) => Promise<{ readonly url: string; close(): Promise<void> }>;

export interface RouteOpenerOptions {
  /** The project's tracking server, where it has one. */
  readonly server?: ProjectServer | undefined;
  /** `host[:port]` under which pods reach this machine. @default the address from which it reaches the cluster */
  readonly trackingAddress?: string | undefined;
  /** Without it a server must be named. */
  readonly startServer: StartServer | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: ((line: string) => void) | undefined;
}

/**
 * How pods bring their runs here: to the project's tracking server, else to a temporary one in this process, over the local store, on
 * the one address that pods reach, open to one token made for it.
 */
export function createRouteOpener(options: RouteOpenerOptions): OpenRoute {
  const { server } = options;
  return (target) =>
    server === undefined ? openTemporaryServer(target, options) : routeToServer(server, options);
}

async function routeToServer(
  { url, podUrl = url, token }: ProjectServer,
  { env }: RouteOpenerOptions,
): Promise<TrackingRoute> {
  if (isLoopback(new URL(podUrl).hostname))
    throw trackingAddressNeeded(
      `pods cannot reach the tracking server at "${podUrl}": it is on this machine alone`,
      {
        hint: 'let it listen on an address that they reach (`slipway server --host`), and name that as tracking.podUrl in project.yaml or by --tracking-url; without a tracking server a temporary one is opened',
      },
    );
  if (token === undefined)
    throw trackingAddressNeeded(
      `there is no token with which pods could write to the tracking server at "${podUrl}"`,
      {
        hint: 'set SLIPWAY_TRACKING_TOKEN_FILE to the file that holds it',
      },
    );
  const caFile = podUrl.startsWith('https:') ? env.NODE_EXTRA_CA_CERTS : undefined;
  return {
    url: podUrl,
    token,
    ...(caFile ? { caFile } : {}),
    outlivesProcess: true,
    close: async () => undefined,
  };
}

async function openTemporaryServer(
  { project, storeDirectory, server }: RouteTarget,
  { trackingAddress, startServer, onProgress }: RouteOpenerOptions,
): Promise<TrackingRoute> {
  if (startServer === undefined)
    throw trackingAddressNeeded('pods have no tracking server to report to, and this program can open none', {
      hint: 'name one: SLIPWAY_TRACKING_URL, or tracking: { url } in project.yaml',
    });
  const given = trackingAddress === undefined ? undefined : parseTrackingAddress(trackingAddress);
  const { host, port = 0 } = given ?? { host: await localRouteAddress(server) };
  refuseLoopback(host);
  const token = randomBytes(24).toString('hex');
  const listenOn = given === undefined ? host : await ownAddressOf(given);
  // pods of a command that was killed know this address by its token
  const accepts = abandonedRoutes(storeDirectory, project).map((route) => route.token);
  const running = await startServer({
    directory: storeDirectory,
    tokens: writeTokens(project, [token, ...accepts]),
    host: listenOn,
    port,
  }).catch((error: unknown) => {
    throw explainListening(error, { host: listenOn, port });
  });
  const url = addressOf(host, running.url);
  const id = createUid();
  noteRoute(storeDirectory, {
    ...{ id, project, server, url, token, accepts },
    ...{ host: listenOn, port: Number(new URL(running.url).port) },
    ...{ submitter: currentProcess(), process: currentProcess() },
  });
  const why = given === undefined ? 'the address from which this machine reaches the cluster' : 'as given';
  onProgress?.(
    `tracking: pods report to ${url} (${why}), a server of this command alone; another address: --tracking-address host[:port]`,
  );
  return {
    url,
    token,
    async close() {
      await running.close();
      forgetRoute(storeDirectory, id);
    },
  };
}

/** A server's address under the name by which pods know its machine. */
export function addressOf(host: string, url: string): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${new URL(url).port}`;
}

/** Tokens that allow writing to one project. */
export function writeTokens(
  project: string,
  tokens: readonly string[],
): Parameters<StartServer>[0]['tokens'] {
  return tokens.map((token) => ({ token, access: 'write', project }));
}

function refuseLoopback(host: string): void {
  if (host === '0.0.0.0' || host === '::')
    throw trackingAddressNeeded(`"${host}" stands for every address of this machine; pods need one of them`, {
      hint: addressHint(),
    });
  if (!isLoopback(host)) return;
  throw trackingAddressNeeded(`"${host}" is this machine only for itself; to a pod it is the pod`, {
    hint: addressHint(),
  });
}

/** An address of another kind (a name that only pods know, one that is translated on the way) leads to this machine's own loopback. */
async function ownAddressOf({ host }: TrackingAddress): Promise<string> {
  const found = await lookup(host, { all: true }).catch(() => []);
  const own = ownAddresses();
  return found.find(({ address }) => own.includes(address))?.address ?? '127.0.0.1';
}

function explainListening(error: unknown, { host, port }: { host: string; port: number }): unknown {
  const { code } = error as { code?: string };
  if (code !== 'ADDRESS_IN_USE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return error;
  const why = code === 'ADDRESS_IN_USE' ? 'another process listens there' : `the system refuses it (${code})`;
  return trackingAddressTaken(`no tracking server for pods can listen on ${host}:${port}: ${why}`, {
    hint: 'give another port, or none to take a free one: --tracking-address host[:port]',
    cause: error,
  });
}
