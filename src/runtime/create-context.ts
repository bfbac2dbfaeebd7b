import { printAs } from '../data/print-as.ts';
import type { RunState } from '../tracking/run.ts';
import { type ChildRuns, createChildRuns } from './child-context.ts';
import type { Context } from './context.ts';
import { type ContextOptions, ContextState } from './context-state.ts';
import { createLogCalls } from './log-calls.ts';
import { createLogger } from './logger.ts';
import { createSaveCalls } from './save-calls.ts';

/** A context and the means to end it, which its user does not have. */
export interface OpenContext {
  readonly context: Context;
  readonly state: ContextState;
  /** Resolves when everything being saved, in trials too, is saved or has failed. */
  settle(): Promise<void>;
  /** Ends trials still open as the run ends, and makes the best one's results the run's own. Logging is still possible. */
  finish(state: RunState): void;
  /** From here on every log call throws `CONTEXT_CLOSED`. */
  close(): void;
}

/** The context of a run over its journal and store. Log calls append and return; nothing is batched. */
export function createContext(options: ContextOptions): OpenContext {
  const state = new ContextState(options);
  const children = createChildRuns(state, createContext);
  return {
    context: assemble(state, children),
    state,
    async settle() {
      await state.settle();
      await children.settle();
    },
    finish: (ended) => children.finish(ended),
    close() {
      children.close();
      state.close();
    },
  };
}

function assemble(state: ContextState, children: ChildRuns): Context {
  const { options } = state;
  const context: Context = {
    uid: state.uid,
    name: options.name,
    project: options.project,
    iteration: options.iteration,
    attempt: options.attempt,
    params: options.params,
    inputs: options.inputs,
    get labels() {
      return { ...state.labels };
    },
    logger: createLogger(options.writeLog),
    get signal() {
      options.onSignalUsed?.();
      return options.signal;
    },
    random: options.random,
    ...createLogCalls(state),
    ...createSaveCalls(state),
    child: (params) => children.open(params ?? {}),
  };
  printAs(context, ({ name, project, uid }) => `context of run "${name}" in project "${project}", ${uid}`);
  return context;
}
