/** A table ready to be shown: every cell is text. */
export interface Grid {
  readonly columns: readonly GridColumn[];
  readonly rows: readonly (readonly GridCell[])[];
  /** Rows and columns of the whole, of which these may be the first. */
  readonly rowCount: number;
  readonly columnCount: number;
}

export interface GridColumn {
  readonly name: string;
  readonly type: string;
  /** Shown with the digits below each other. */
  readonly isNumber: boolean;
}

/** Undefined for a missing value. */
export type GridCell = string | undefined;

/** Columns shown at most. */
export const mostColumns = 30;

/** A value as a table shows it. */
export function cellText(value: unknown): GridCell {
  if (value === null || value === undefined) return undefined;
  if (value instanceof Date) return dateText(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return 'invalid date';
  const text = date.toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.replace('T', ' ').replace('.000Z', 'Z');
}
