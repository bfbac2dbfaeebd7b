import { nearestName } from '../../core/nearest-name.ts';
import { columnNotFound } from '../errors.ts';
import type { ReadTableOptions } from '../table.ts';

/**
 * The columns of a file that the reader asked for, all of them by default. A name under `columns` or `types` that the file
 * does not have is refused with `COLUMN_NOT_FOUND`.
 */
export function wantedColumns(
  names: readonly string[],
  options: Pick<ReadTableOptions, 'columns' | 'types'>,
  source: string,
): readonly string[] {
  for (const name of [...(options.columns ?? []), ...Object.keys(options.types ?? {})]) {
    if (names.includes(name)) continue;
    const near = nearestName(name, names);
    throw columnNotFound(`"${source}" has no column "${name}"`, {
      hint: near ? `did you mean "${near}"?` : `it has: ${names.map((known) => `"${known}"`).join(', ')}`,
    });
  }
  return options.columns === undefined ? names : [...new Set(options.columns)];
}
