import { setOutputMaker } from './core/rich-output.ts';
import type { PlotContent, TableLike } from './data/artifact.ts';
import { showOutput } from './show-output.ts';

/** What `show` can show. */
export type Showable = TableLike | PlotContent | object;

export interface ShowOptions {
  /** Rows of a table. @default 20 */
  readonly rows?: number;
}

/**
 * Shows a value below the notebook cell that runs now: a table, an array of row objects or an Arrow table as its first rows with
 * their types; a data item or artifact by what is in it; a plot (SVG, PNG, HTML, Vega-Lite) as itself; a run, a list of runs or a
 * function as its card. Where nothing but text can be shown, prints it as text.
 *
 * @example
 * await show([{ species: 'Adelie', mass: 3750 }, { species: 'Gentoo', mass: null }]);
 */
export async function show(value: Showable, options: ShowOptions = {}): Promise<void> {
  const { outputOf } = await import('./make-output.ts');
  showOutput(await outputOf(value, options));
}

setOutputMaker(async (value) => (await import('./make-output.ts')).knownOutput(value));
