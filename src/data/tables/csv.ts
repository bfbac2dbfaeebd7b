import type * as CsvParse from 'csv-parse/sync';
import { isSlipwayError } from '../../core/error.ts';
import { datasetEmpty, tableMalformed } from '../errors.ts';
import type { ReadTableOptions, Table } from '../table.ts';
import { ColumnTable } from './column-table.ts';
import { decodeText } from './decode-text.ts';
import { defaultMissing } from './missing.ts';
import { sniffDelimiter } from './sniff-delimiter.ts';
import { parseTextColumn, QuotedText, type TextField } from './text-column.ts';
import { wantedColumns } from './wanted-columns.ts';

/** What tokenising gives: the fields by column, and the line on which each row starts. */
interface CsvFields {
  readonly names: readonly string[];
  readonly columns: readonly (readonly TextField[])[];
  readonly lines: readonly number[];
}

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
  let names: readonly string[] | undefined;
  let columns: TextField[][] = [];
  const lines: number[] = [];
  let line = 1;
  const take = (record: readonly TextField[], ends: number): void => {
    const starts = line;
    line = ends + 1;
    // a blank line separates nothing, except where one column makes it a row with a missing value
    const blank = record.length === 1 && record[0] === '';
    if (blank && (names === undefined || names.length > 1)) return;
    if (names === undefined) {
      names = columnNames(record, source, starts);
      columns = names.map(() => []);
      return;
    }
    if (record.length !== names.length) throw raggedRow(source, starts, record.length, names, delimiter);
    record.forEach((field, index) => {
      columns[index]?.push(field);
    });
    lines.push(starts);
  };
  const record_delimiter = ['\r\n', '\n', '\r'];
  const hasQuotes = text.includes('"');
  try {
    parse(text, {
      delimiter,
      record_delimiter,
      bom: true,
      relax_column_count: true,
      ...(hasQuotes
        ? {
            cast: (value: string, context: CsvParse.CastingContext): unknown =>
              context.quoting && missing.has(value.trim()) ? new QuotedText(value) : value,
          }
        : { quote: null }),
      on_record: (record: readonly TextField[], context: { readonly lines: number }): null => {
        take(record, context.lines);
        return null;
      },
    });
  } catch (error) {
    throw isSlipwayError(error) ? error : syntaxError(error, source, line);
  }
  return { names: names ?? [], columns, lines };
}

/** Names of the columns by the header; an unnamed one is called by its position (`column_3`), one name twice is refused. */
function columnNames(header: readonly TextField[], source: string, line: number): readonly string[] {
  const names = header.map((field, index) => {
    const name = typeof field === 'string' ? field : field.text;
    return name.trim() === '' ? `column_${index + 1}` : name;
  });
  names.forEach((name, index) => {
    const first = names.indexOf(name);
    if (first === index) return;
    throw tableMalformed(
      `"${source}", line ${line}: column "${name}" occurs twice, as column ${first + 1} and ${index + 1}`,
      { hint: 'give each column its own name', details: { file: source, line, column: name } },
    );
  });
  return names;
}

function raggedRow(
  source: string,
  line: number,
  found: number,
  names: readonly string[],
  delimiter: string,
): Error {
  const mark = delimiter === '\t' ? 'a tab' : `"${delimiter}"`;
  return tableMalformed(
    `"${source}", line ${line}: ${found} ${found === 1 ? 'field' : 'fields'} where the header has ${names.length}`,
    {
      hint: `put fields that contain ${mark} in double quotes, or give another delimiter: delimiter: ";"`,
      details: { file: source, line },
    },
  );
}

function syntaxError(error: unknown, source: string, line: number): Error {
  const code = (error as { code?: string }).code;
  const reasons: Readonly<Record<string, string>> = {
    CSV_QUOTE_NOT_CLOSED: 'a field that begins with a double quote is never closed',
    CSV_INVALID_CLOSING_QUOTE: 'text follows a closing double quote',
    INVALID_OPENING_QUOTE: 'a double quote stands inside a field that is not quoted',
  };
  const reason = reasons[code ?? ''] ?? (error instanceof Error ? error.message : String(error));
  return tableMalformed(`"${source}", line ${line}: ${reason}`, {
    hint: 'write a double quote inside a quoted field twice ("")',
    details: { file: source, line },
    cause: error,
  });
}
