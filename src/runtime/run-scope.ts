import type { AsyncLocalStorage } from 'node:async_hooks';
import { globalState } from '../core/global-state.ts';
import type { Context } from './context.ts';

/** The run that the code being executed belongs to. */
export interface RunScope {
  readonly uid: string;
  context?: Context;
  /** Set when the run has ended; a process that goes on may still be found in its scope (Deno's kernel is, in its next cell). */
  ended?: boolean;
  /** The run is a whole notebook: its cells show things as they do in Jupyter, which a handler does not. */
  readonly isNotebook?: boolean;
}

interface ScopeHolder {
  /** Where several runs share a process. */
  storage?: AsyncLocalStorage<RunScope>;
  /** Where a process executes one run at a time. */
  single?: RunScope | undefined;
}

const holder = (): ScopeHolder => globalState('run-scope', (): ScopeHolder => ({}));

/** The run around the caller, if it is inside one that goes on. */
export function currentRunScope(): RunScope | undefined {
  const { storage, single } = holder();
  const shared = storage?.getStore();
  return shared === undefined || shared.ended === true ? single : shared;
}

/** Whether the caller is a handler, or what it called; the cells of a notebook that runs as a whole are none. */
export function isInsideHandler(): boolean {
  const scope = currentRunScope();
  return scope !== undefined && scope.isNotebook !== true;
}

/** For a process that executes one run at a time: says which, or that none does. */
export function setSingleRunScope(scope: RunScope | undefined): void {
  holder().single = scope;
}

/** For a process in which runs go on side by side: calls with the run as the current one, asynchronous work included. */
export function useScopeStorage(storage: AsyncLocalStorage<RunScope>): void {
  holder().storage = storage;
}
