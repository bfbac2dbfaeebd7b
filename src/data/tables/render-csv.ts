import type { Table, Value } from '../table.ts';
import { defaultMissing } from './missing.ts';

/**
 * A table as RFC 4180 text with `\n` line ends. A missing value is an empty field; text that would be read back as
 * missing is quoted, which the reader takes as text.
 */
export function renderCsv(table: Table, delimiter: string): string {
  const columns = table.columns.map(({ name }) => table.column(name));
  const lines = [table.columns.map(({ name }) => renderText(name, delimiter)).join(delimiter)];
  for (let row = 0; row < table.rowCount; row++)
    lines.push(columns.map((values) => renderField(values[row] ?? null, delimiter)).join(delimiter));
  return table.columns.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function renderField(value: Value, delimiter: string): string {
  if (value === null) return '';
  if (typeof value === 'string') return renderText(value, delimiter);
  return value instanceof Date ? value.toISOString() : String(value);
}

const quoted: ReadonlySet<string> = new Set(defaultMissing);

function renderText(text: string, delimiter: string): string {
  const plain = !quoted.has(text.trim()) && !text.includes(delimiter) && !/["\r\n\ufeff]|^\s|\s$/.test(text);
  return plain ? text : `"${text.replaceAll('"', '""')}"`;
}
