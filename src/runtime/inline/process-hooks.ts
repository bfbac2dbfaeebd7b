import { globalState } from '../../core/global-state.ts';
import { hookConsole, hookStreams } from './capture-output.ts';
import { hookEnvironment } from './environment-overlay.ts';
import { hookExit } from './exit-hook.ts';
import type { InlineScope } from './inline-scope.ts';
import { hookStrayErrors } from './stray-errors.ts';

interface HookState {
  readonly scopes: Set<InlineScope>;
  undo: (() => void)[];
}

/** One set of hooks a process, however many copies of the package or runtimes there are. */
const state = (): HookState =>
  globalState('inline-hooks', () => ({ scopes: new Set<InlineScope>(), undo: [] }));

/** Puts the hooks in place with the first run; each sends what belongs to a run there, and everything else where it went before. */
export function enterHooks(scope: InlineScope): void {
  const { scopes } = state();
  scopes.add(scope);
  if (scopes.size > 1) return;
  state().undo = [hookStreams(), hookConsole(), hookExit(), hookEnvironment(), hookStrayErrors(scopes)];
}

/** Takes the hooks away with the last run. */
export function leaveHooks(scope: InlineScope): void {
  const { scopes, undo } = state();
  scope.ended = true;
  scopes.delete(scope);
  if (scopes.size > 0) return;
  for (const restore of undo.toReversed()) restore();
  state().undo = [];
}
