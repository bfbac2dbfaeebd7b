import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isSlipwayError } from '../../core/error.ts';
import { fileNotFound } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { HandlerSpec, PackagedFunction } from '../../functions/function-spec.ts';
import type { Workspace } from '../../projects/workspace.ts';
import type { SweepSpec } from '../../tuning/sweep.ts';
import { invalidParamFile } from '../errors.ts';

type Trials = Pick<SweepSpec, 'trials' | 'hyperparams'>;

/**
 * Reads a file of trials. CSV: a row is a trial, its texts are read by the handler's schema, an empty field leaves the
 * parameter at its default. JSON: a list of objects is a list of trials, an object of lists are values to combine.
 */
export async function readParamFile(
  workspace: Workspace,
  packaged: PackagedFunction,
  file: string,
  handlerName?: string,
): Promise<Trials> {
  const at = path.resolve(workspace.directory, file);
  const text = await readText(at, file);
  if (/\.json$/i.test(file)) return parseJsonTrials(text, file);
  const { handlers, defaultHandler } = packaged.spec.spec;
  return { trials: await parseCsvTrials(text, file, handlers[handlerName ?? defaultHandler]) };
}

async function readText(at: string, file: string): Promise<string> {
  try {
    return await readFile(at, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw fileNotFound(`file "${file}" does not exist`, { hint: `looked in "${path.dirname(at)}"` });
    throw invalidParamFile(`file "${file}" cannot be read: ${(cause as Error).message}`, {
      hint: 'give a CSV or JSON file',
      cause,
    });
  }
}

function parseJsonTrials(text: string, file: string): Trials {
  const hint =
    'write [{"depth": 2}, {"depth": 4}] for a list of trials, or {"depth": [2, 4]} for values to combine';
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw invalidParamFile(`file "${file}" is not JSON: ${(cause as Error).message}`, { hint, cause });
  }
  if (Array.isArray(content)) {
    if (content.length === 0) throw invalidParamFile(`file "${file}" has no trials`, { hint });
    const wrong = content.findIndex((item) => !isObject(item));
    if (wrong >= 0) throw invalidParamFile(`trial ${wrong + 1} in "${file}" is not an object`, { hint });
    return { trials: content as NonNullable<SweepSpec['trials']> };
  }
  if (!isObject(content) || Object.keys(content).length === 0)
    throw invalidParamFile(`file "${file}" has no trials`, { hint });
  const wrong = Object.entries(content).find(([, values]) => !Array.isArray(values) || values.length === 0);
  if (wrong) throw invalidParamFile(`"${wrong[0]}" in "${file}" is not a list of values`, { hint });
  return { hyperparams: content as NonNullable<SweepSpec['hyperparams']> };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function parseCsvTrials(
  text: string,
  file: string,
  handler: HandlerSpec | undefined,
): Promise<readonly Readonly<Record<string, Json>>[]> {
  const { parseParamText } = await import('../../functions/parse-param-text.ts');
  const rows = await readRows(text, file);
  if (rows.length === 0)
    throw invalidParamFile(`file "${file}" has no trials`, {
      hint: 'write a line of names, then a line of values a trial',
    });
  return rows.map((row, at) => {
    const given = Object.entries(row).filter((cell): cell is [string, string] => cell[1] !== null);
    try {
      return Object.fromEntries(
        given.map(([key, value]) => [
          key,
          parseParamText(
            handler?.parameters.find(({ name }) => name === key),
            value,
          ),
        ]),
      );
    } catch (error) {
      if (!isSlipwayError(error)) throw error;
      throw invalidParamFile(`line ${at + 2} of "${file}": ${error.message}`, {
        hint: error.hint,
        cause: error,
      });
    }
  });
}

/** Rows with every field as text; the second reading is told the names that the first one found. */
async function readRows(
  text: string,
  file: string,
): Promise<readonly Readonly<Record<string, string | null>>[]> {
  const { readTable } = await import('../../data/read-table.ts');
  const bytes = Buffer.from(text);
  const name = path.basename(file);
  const format = /\.tsv$/i.test(file) ? 'tsv' : 'csv';
  try {
    const { columns } = await readTable(bytes, name, { format, missing: [''] });
    const types = Object.fromEntries(columns.map((column) => [column.name, 'string' as const]));
    const table = await readTable(bytes, name, { format, missing: [''], types });
    return table.rows() as readonly Readonly<Record<string, string | null>>[];
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    // nothing has started yet, so broken data is a wrong request here
    throw invalidParamFile(error.message, { hint: error.hint, location: error.location, cause: error });
  }
}
