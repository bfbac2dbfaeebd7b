import type { ErrorRecord } from './error.ts';

/** An expected error as plain text: what happened, where in the user's source, what to do. No stack, no colours. */
export function renderErrorText(record: ErrorRecord): string {
  const place = [
    record.notebook ?? record.file,
    record.cell === undefined ? undefined : `cell ${record.cell}`,
    record.line === undefined ? undefined : `line ${record.line}`,
  ].filter((part) => part !== undefined);
  return [
    `${record.code}: ${record.message}`,
    ...(place.length === 0 ? [] : [`  at ${place.join(', ')}`]),
    ...sourceLines(record),
    ...(record.hint === undefined ? [] : [`  hint: ${record.hint}`]),
  ].join('\n');
}

function sourceLines({ sourceLine, line, column }: ErrorRecord): readonly string[] {
  if (sourceLine === undefined || line === undefined) return [];
  const margin = `  ${line} | `;
  const shown = `${margin}${sourceLine.replaceAll('\t', ' ')}`;
  return column === undefined ? [shown] : [shown, `${' '.repeat(margin.length + Math.max(0, column - 1))}^`];
}
