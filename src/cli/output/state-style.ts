import type { RunState } from '../../tracking/run.ts';
import type { Colors } from '../session.ts';

/** Colours a state: green when good, red when bad, yellow while under way. */
export function stateStyle(colors: Colors, state: RunState): (text: string) => string {
  switch (state) {
    case 'completed':
      return colors.green;
    case 'error':
    case 'lost':
      return colors.red;
    case 'aborted':
    case 'skipped':
      return colors.dim;
    default:
      return colors.yellow;
  }
}
