import type { AsyncLocalStorage } from 'node:async_hooks';
import { globalState } from '../core/global-state.ts';
import type { Context } from './context.ts';

/** The run that the code being executed belongs to. */
export interface RunScope {
  readonly uid: string;
  context?: Context;
}

interface ScopeHolder {
  /** Where several runs share a process. */
  storage?: AsyncLocalStorage<RunScope>;
  /** Where a process executes one run at a time. */
  single?: RunScope | undefined;
}

const holder = (): ScopeHolder => globalState('run-scope', (): ScopeHolder => ({}));

/** The run around the caller, if it is inside one. */
export function currentRunScope(): RunScope | undefined {
  const { storage, single } = holder();
  return storage?.getStore() ?? single;
}

/** For a process that executes one run at a time: says which, or that none does. */
export function setSingleRunScope(scope: RunScope | undefined): void {
  holder().single = scope;
}

/** For a process in which runs go on side by side: calls with the run as the current one, asynchronous work included. */
export function useScopeStorage(storage: AsyncLocalStorage<RunScope>): void {
  holder().storage = storage;
}
