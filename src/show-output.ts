import type { RichOutput } from './core/rich-output.ts';
import { openDisplay } from './notebooks/display/port/open-display.ts';

/** Shows an output below the notebook cell that runs now; where nothing but text can be shown, prints its text. */
export function showOutput({ bundle, metadata }: RichOutput): void {
  const display = openDisplay();
  if (display === undefined) console.log(bundle['text/plain']);
  else display.show(bundle, metadata === undefined ? {} : { metadata });
}
