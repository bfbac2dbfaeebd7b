import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import type { ProcessIdentity } from '../../tracking/journal-event.ts';
import { isAlive } from '../../tracking/process-identity.ts';

/** A temporary tracking server as its store remembers it: pods know it by its address and its token. */
export interface KnownRoute {
  readonly id: string;
  readonly project: string;
  /** Address of the API server of the cluster that the pods are on. */
  readonly server: string;
  /** As pods know it. */
  readonly url: string;
  readonly token: string;
  /** Pods were started with another address, and are to be told this one. @default false */
  readonly hasMoved?: boolean;
  /** Where it listens. */
  readonly host: string;
  readonly port: number;
  /** Other tokens that it takes: of servers on the same address whose processes had ended. */
  readonly accepts?: readonly string[];
  /** The process that opened it first, and submitted the runs. */
  readonly submitter: ProcessIdentity;
  /** The process that keeps it open; whoever comes after its death may open it again. */
  readonly process: ProcessIdentity;
}

const routesFolder = (storeDirectory: string): string => path.join(storeDirectory, 'routes');

/** Writes down, readable by this user alone, what is needed to open a temporary server again. */
export function noteRoute(storeDirectory: string, route: KnownRoute): void {
  const folder = routesFolder(storeDirectory);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileAtomic(path.join(folder, `${route.id}.json`), JSON.stringify(route), 0o600);
}

export function forgetRoute(storeDirectory: string, id: string): void {
  rmSync(path.join(routesFolder(storeDirectory), `${id}.json`), { force: true });
}

/** The temporary servers of a project that were not closed, be they open or be their processes dead. */
export function knownRoutes(storeDirectory: string, project: string): readonly KnownRoute[] {
  const folder = routesFolder(storeDirectory);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => readRoute(path.join(folder, name)))
    .filter((route) => route.project === project);
}

/** Those of them that nobody keeps open: their commands were killed. */
export function abandonedRoutes(storeDirectory: string, project: string): readonly KnownRoute[] {
  return knownRoutes(storeDirectory, project).filter(({ process: keeper }) => isAlive(keeper) === false);
}

/** One that was closed meanwhile, or is no route, is none. */
function readRoute(file: string): readonly KnownRoute[] {
  try {
    const route = JSON.parse(readFileSync(file, 'utf8')) as KnownRoute;
    return typeof route.token === 'string' && typeof route.port === 'number' ? [route] : [];
  } catch {
    return [];
  }
}
