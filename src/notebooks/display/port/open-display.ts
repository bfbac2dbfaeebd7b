import { detectKernel } from '../../kernel.ts';
import { openDenoDisplay } from './deno-display.ts';
import type { DisplayPort } from './display-port.ts';
import { openTslabDisplay } from './tslab-display.ts';

/**
 * Rich output of the notebook cell that runs now; undefined where there is none, and where `SLIPWAY_CARD` is `off`: there
 * text is printed.
 */
export function openDisplay(): DisplayPort | undefined {
  if (process.env.SLIPWAY_CARD === 'off') return undefined;
  switch (detectKernel()) {
    case 'tslab':
      return openTslabDisplay();
    case 'deno':
      return openDenoDisplay();
    case undefined:
      return undefined;
  }
}
