import { isSlipwayError, type SlipwayError } from '../../core/error.ts';
import { journalConflict, notShipped } from '../../tracking/errors.ts';
import { openLocalStore } from '../../tracking/local/local-store.ts';
import type { RunStore } from '../../tracking/store.ts';
import type { Project } from '../project-spec.ts';
import type { ProjectServer } from './find-project-server.ts';

/** Longest that everything may take to be on the server when a command ends; milliseconds. A large artifact takes its time. */
const flushMs = 600_000;

/** Milliseconds that a command which is done waits for a server that does not answer. */
const awayMs = 3000;

/** The store of a project: on its tracking server, with `.slipway` in between, or in `.slipway` alone. */
export interface ProjectStore {
  readonly store: RunStore;
  /** Resolves when the server, where there is one, has everything that was written here; what it does not get is warned of. */
  settle(): Promise<void>;
  /** Lets go of a run that others go on with, once the server, where there is one, has what was written here. */
  leave(uid: string): Promise<void>;
  /** Brings a run's last word to the server while this thread waits: the process ends. What it does not get is warned of. */
  sendNow(uid: string): void;
  close(): Promise<void>;
}

export interface OpenProjectStoreOptions {
  /** Whether runs hear of requests to stop that reach the server, which keeps the process alive. @default true */
  readonly watchesStops?: boolean;
}

/** `onWarning` hears, once, that the server does not answer, and at the end of what did not reach it. */
export async function openProjectStore(
  { name, storeDirectory }: Pick<Project, 'name' | 'storeDirectory'>,
  server: ProjectServer | undefined,
  onWarning: (line: string) => void,
  options: OpenProjectStoreOptions = {},
): Promise<ProjectStore> {
  if (server === undefined) {
    const store = openLocalStore({ directory: storeDirectory, project: name });
    return {
      store,
      settle: async () => undefined,
      leave: async () => undefined,
      sendNow: () => undefined,
      close: () => store.close(),
    };
  }
  const { openHttpStore } = await import('../../tracking/open-http-store.ts');
  let warned = false;
  const store = openHttpStore({
    server,
    project: name,
    spoolDirectory: storeDirectory,
    flushMs,
    awayMs,
    ...options,
    onUnreachable(error) {
      if (!warned) onWarning(`${error.message}; runs go on and are kept here until it answers`);
      warned = true;
    },
  });
  let told = false;
  const heard = (error: unknown): void => {
    if (!isUnsent(error)) throw error;
    told = true;
    onWarning(`${error.message}: ${error.hint}`);
  };
  return {
    store,
    settle: () => store.flush().catch(heard),
    leave: (uid) => store.leaveRun(uid),
    sendNow(uid) {
      if (!store.sendNow(uid) && !told)
        onWarning(
          `run "${uid}" could not be brought to "${server.url}" as its process ended: it is kept here; send it later with \`slipway sync\``,
        );
    },
    close: () => store.close().catch(heard),
  };
}

/** What a command that did its work here does not fail for. */
function isUnsent(error: unknown): error is SlipwayError {
  if (!isSlipwayError(error)) return false;
  // somebody else has gone on with a run, whose word counts
  return [notShipped.code, journalConflict.code].includes(error.code) || error.kind === 'unavailable';
}
