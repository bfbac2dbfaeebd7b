import { isSlipwayError } from '../../../core/error.ts';
import { currentProcess, isAlive } from '../../../tracking/process-identity.ts';
import { localRouteAddress } from '../../tracking/local-route-address.ts';
import { type KnownRoute, knownRoutes, noteRoute } from '../../tracking/route-book.ts';
import { addressOf, type StartServer, writeTokens } from '../../tracking/route-opener.ts';

/** A temporary tracking server that is open again. */
export interface ReopenedRoute {
  /** As it is written down now. */
  readonly route: KnownRoute;
  close(): Promise<void>;
}

/**
 * Opens a temporary tracking server again whose process was killed: where pods know it, else elsewhere on this machine. Undefined where
 * another process of ours has it open.
 */
export async function reopenRoute(
  storeDirectory: string,
  route: KnownRoute,
  startServer: StartServer,
): Promise<ReopenedRoute | undefined> {
  const { project, token, accepts = [] } = route;
  const tokens = writeTokens(project, [token, ...accepts]);
  const listen = (host: string, port: number): ReturnType<StartServer> =>
    startServer({ directory: storeDirectory, tokens, host, port });
  try {
    const { close } = await listen(route.host, route.port);
    return { route: note(storeDirectory, route), close };
  } catch (error) {
    if (!isTaken(error)) throw error;
    if (isServed(storeDirectory, route)) return undefined;
  }
  const host = await localRouteAddress(route.server);
  const { url: listening, close } = await listen(host, 0);
  const place = { url: addressOf(host, listening), host, port: Number(new URL(listening).port) };
  return { route: note(storeDirectory, { ...route, ...place, hasMoved: true }), close };
}

/** From here on it is this process that keeps it open. */
function note(storeDirectory: string, route: KnownRoute): KnownRoute {
  const kept = { ...route, process: currentProcess() };
  noteRoute(storeDirectory, kept);
  return kept;
}

/** Somebody else listens there, or the address is not this machine's any more. */
function isTaken(error: unknown): boolean {
  const { code } = error as { code?: string };
  return isSlipwayError(error) ? code === 'ADDRESS_IN_USE' : code === 'EADDRNOTAVAIL' || code === 'EACCES';
}

/** Whether a living process of ours listens there and takes the token: it has come before, or began with the same address. */
function isServed(storeDirectory: string, { id, project, token, host, port }: KnownRoute): boolean {
  return knownRoutes(storeDirectory, project).some(
    (other) =>
      isAlive(other.process) !== false &&
      (other.id === id || (other.host === host && other.port === port && other.accepts?.includes(token))),
  );
}
