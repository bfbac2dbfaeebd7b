import type * as CsvParse from 'csv-parse/sync';
import { isSlipwayError, messageOf } from '../../core/error.ts';
import { datasetEmpty, tableMalformed } from '../errors.ts';
import type { ReadTableOptions, Table } from '../table.ts';
import { ColumnTable } from './column-table.ts';
import { CsvFields } from './csv-fields.ts';
import { decodeText } from './decode-text.ts';
import { defaultMissing } from './missing.ts';
import { findQuotedMissing } from './quoted-missing.ts';
import { sniffDelimiter } from './sniff-delimiter.ts';
import { parseTextColumn } from './text-column.ts';
import { wantedColumns } from './wanted-columns.ts';

/** Reads CSV or TSV by RFC 4180. Errors name the file, the line and the column. */
export async function decodeCsv(
  bytes: Uint8Array,
  source: string,
  options: ReadTableOptions,
): Promise<Table> {
  const text = decodeText(bytes, source);
  if (text.trim() === '')
    throw datasetEmpty(`"${source}" is empty: it has no columns and no rows`, {
      hint: 'write at least a line with the names of the columns',
    });
  const { parse } = (await import('csv-parse/sync')) as typeof CsvParse;
  const delimiter = options.delimiter ?? (options.format === 'tsv' ? '\t' : sniffDelimiter(text));
  const missing = new Set(options.missing ?? defaultMissing);
  const fields = tokenise(parse, text, { delimiter, missing, source });
  const wanted = wantedColumns(fields.names, options, source);
  const columns = wanted.map((name) =>
    parseTextColumn(name, fields.columns[fields.names.indexOf(name)] ?? [], {
      missing,
      source,
      type: options.types?.[name],
      nameRow: (index) => `line ${fields.lines[index] ?? index + 2}`,
    }),
  );
  return new ColumnTable(columns, fields.lines.length);
}

interface Tokenising {
  readonly delimiter: string;
  readonly missing: ReadonlySet<string>;
  readonly source: string;
}

function tokenise(parse: typeof CsvParse.parse, text: string, options: Tokenising): CsvFields {
  const { delimiter, missing, source } = options;
  const quoted = text.includes('"') ? findQuotedMissing(text, delimiter, missing) : undefined;
  const fields = new CsvFields(source, delimiter, quoted);
  try {
    parse(text, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      quote: quoted ? '"' : null,
      on_record: (record: readonly string[], context: { readonly lines: number }): null => {
        fields.take(record, context.lines);
        return null;
      },
    });
  } catch (error) {
    throw isSlipwayError(error) ? error : syntaxError(error, source, fields.nextLine);
  }
  return fields;
}

function syntaxError(error: unknown, source: string, line: number): Error {
  const code = (error as { code?: string }).code;
  const reasons: Readonly<Record<string, string>> = {
    CSV_QUOTE_NOT_CLOSED: 'a field that begins with a double quote is never closed',
    CSV_INVALID_CLOSING_QUOTE: 'text follows a closing double quote',
    INVALID_OPENING_QUOTE: 'a double quote stands inside a field that is not quoted',
  };
  const reason = reasons[code ?? ''] ?? messageOf(error);
  return tableMalformed(`"${source}", line ${line}: ${reason}`, {
    hint: 'write a double quote inside a quoted field twice ("")',
    details: { file: source, line },
    cause: error,
  });
}
