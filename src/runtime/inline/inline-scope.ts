import { AsyncLocalStorage } from 'node:async_hooks';
import type { Console } from 'node:console';
import { globalState } from '../../core/global-state.ts';
import type { Interruption } from '../interruption.ts';
import type { OutputLog } from '../output-log.ts';
import type { RunScope } from '../run-scope.ts';

/** A run in this process, as the hooks on process and console see it. */
export interface InlineScope extends RunScope {
  readonly output: OutputLog;
  readonly env: Record<string, string>;
  readonly interruption: Interruption;
  readonly name: string;
  readonly bundleDirectory: string | undefined;
  console?: Console;
  /** Set when the run has ended: what its code still does is the process's own again. */
  ended: boolean;
}

/** Knows which run the code being executed belongs to, across awaits, timers and callbacks. */
export const inlineStorage: AsyncLocalStorage<InlineScope> = globalState(
  'inline-scopes',
  () => new AsyncLocalStorage<InlineScope>(),
);

/** The run around the caller, while it goes on. */
export function activeScope(): InlineScope | undefined {
  const scope = inlineStorage.getStore();
  return scope?.ended === false ? scope : undefined;
}
