import { showErrorsByStack } from './core/error.ts';
import { globalState } from './core/global-state.ts';
import { recordExecutedCells } from './notebooks/executed-cells.ts';
import { detectKernel } from './notebooks/kernel.ts';
import { isInsideHandler } from './runtime/run-scope.ts';

/** Makes up for what the kernel around this process lacks; nothing outside kernels. */
export function setUpKernel(): void {
  recordExecutedCells();
  if (detectKernel() === 'deno') globalState('deno-kernel', setUpDeno);
}

function setUpDeno(): true {
  // the stop button sends SIGINT, which ends a Deno that has no listener for it
  process.on('SIGINT', () => undefined);
  // inside a run the stack still says which line of a cell it was
  showErrorsByStack(() => !isInsideHandler());
  return true;
}
