import { type ErrorRecord, errorRecord, isSlipwayError } from '../../core/error.ts';
import type { Colors } from '../session.ts';

/**
 * An error for people: what happened, where in the user's source, what to do. Expected errors print no stack, errors in
 * user code print the user's own frames, and only what Slipway did not expect prints its stack and asks for a report.
 */
export function renderError(error: unknown, colors: Colors): string {
  const record = errorRecord(error);
  if (record.kind !== 'internal') return renderErrorRecord(record, colors);
  return renderInternal(error, record, colors);
}

/** The same for an error that is in a run's record. */
export function renderErrorRecord(record: ErrorRecord, colors: Colors): string {
  const lines = [`${colors.red('error:')} ${record.message}`];
  const place = renderPlace(record);
  if (place) lines.push(`  ${colors.dim('at')} ${place}`);
  if (record.sourceLine !== undefined) lines.push(...renderSource(record, colors));
  if (record.kind === 'user-code' && record.stack) lines.push(...userFrames(record.stack, colors));
  if (record.hint) lines.push(`${colors.cyan('hint:')} ${record.hint}`);
  return `${lines.join('\n')}\n`;
}

function renderPlace(record: ErrorRecord): string {
  const at = [
    record.notebook ?? record.file,
    record.cell === undefined ? undefined : `cell ${record.cell}`,
    record.line === undefined ? undefined : `line ${record.line}`,
  ];
  return at.filter((part) => part !== undefined).join(', ');
}

function renderSource(record: ErrorRecord, colors: Colors): readonly string[] {
  const line = record.sourceLine ?? '';
  const number = String(record.line ?? '');
  const shown = `  ${colors.dim(`${number} |`)} ${line.replaceAll('\t', ' ')}`;
  if (record.column === undefined) return [shown];
  const indent = ' '.repeat(2 + number.length + 3 + Math.max(0, record.column - 1));
  return [shown, `${indent}${colors.red('^')}`];
}

function userFrames(stack: string, colors: Colors): readonly string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s*at\s/.test(line))
    .slice(0, 10)
    .map((line) => `  ${colors.dim(line.trim())}`);
}

function renderInternal(error: unknown, record: ErrorRecord, colors: Colors): string {
  const stack = error instanceof Error ? error.stack : undefined;
  const revived = isSlipwayError(error) && record.stack ? record.stack : stack;
  return [
    `${colors.red('internal error:')} ${record.message}`,
    ...(revived ? [colors.dim(revived)] : []),
    `${colors.cyan('hint:')} this is a fault in Slipway; please report it with the text above and the output of slipway doctor`,
    '',
  ].join('\n');
}

/** What `-o json` prints instead of an answer. The stack of what was not expected is in it. */
export function errorDocument(error: unknown): { readonly error: ErrorRecord } {
  const record = errorRecord(error);
  if (record.kind !== 'internal' || !(error instanceof Error) || error.stack === undefined)
    return { error: record };
  return { error: { ...record, hint: 'this is a fault in Slipway; please report it', stack: error.stack } };
}
