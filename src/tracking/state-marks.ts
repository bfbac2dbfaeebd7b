import type { RunState } from './run.ts';

/** One character for each state, wherever runs and steps are listed for people. */
export const stateMarks: Readonly<Record<RunState, string>> = {
  created: '○',
  pending: '○',
  running: '●',
  completed: '✓',
  error: '✗',
  aborted: '■',
  lost: '✗',
  skipped: '–',
};
