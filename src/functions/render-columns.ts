/** Rows as indented, aligned columns; columns that are empty throughout are left out. */
export function renderColumns(rows: readonly (readonly string[])[], indent = '  '): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const used = Array.from({ length: count }, (_, column) => column).filter((column) =>
    rows.some((row) => row[column]),
  );
  const widths = used.map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    `${indent}${used.map((column, index) => (row[column] ?? '').padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd(),
  );
}
