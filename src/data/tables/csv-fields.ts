import { tableMalformed } from '../errors.ts';
import { QuotedText, type TextField } from './text-column.ts';

/** Collects the records of a CSV text by column; the first one has the names. */
export class CsvFields {
  names: readonly string[] = [];
  columns: readonly TextField[][] = [];
  /** The line on which each row starts. */
  readonly lines: number[] = [];
  /** The line on which the next record starts. */
  nextLine = 1;
  readonly #source: string;
  readonly #delimiter: string;
  readonly #quoted: ReadonlyMap<number, readonly number[]> | undefined;
  #records = 0;

  /** `quoted` tells which fields look missing but stand in quotes (see `findQuotedMissing`). */
  constructor(source: string, delimiter: string, quoted: ReadonlyMap<number, readonly number[]> | undefined) {
    this.#source = source;
    this.#delimiter = delimiter;
    this.#quoted = quoted;
  }

  /** Takes the next record, which ends on line `ends`. Throws `TABLE_MALFORMED` for a ragged row or a column named twice. */
  take(record: readonly string[], ends: number): void {
    const line = this.nextLine;
    this.nextLine = ends + 1;
    const quoted = this.#quoted?.get(this.#records++);
    // a blank line separates nothing, except where one column makes it a row with a missing value
    const blank = record.length === 1 && record[0] === '' && quoted === undefined;
    if (blank && this.names.length !== 1) return;
    if (this.names.length === 0) {
      this.names = columnNames(record, this.#source, line);
      this.columns = this.names.map(() => []);
      return;
    }
    if (record.length !== this.names.length) throw this.#ragged(line, record.length);
    record.forEach((field, index) => {
      this.columns[index]?.push(quoted?.includes(index) ? new QuotedText(field) : field);
    });
    this.lines.push(line);
  }

  #ragged(line: number, found: number): Error {
    const mark = this.#delimiter === '\t' ? 'a tab' : `"${this.#delimiter}"`;
    const fields = `${found} ${found === 1 ? 'field' : 'fields'}`;
    return tableMalformed(
      `"${this.#source}", line ${line}: ${fields} where the header has ${this.names.length}`,
      {
        hint: `put fields that contain ${mark} in double quotes, or give another delimiter: delimiter: ";"`,
        details: { file: this.#source, line },
      },
    );
  }
}

/** Names of the columns by the header; an unnamed one is called by its position (`column_3`), one name twice is refused. */
function columnNames(header: readonly string[], source: string, line: number): readonly string[] {
  const names = header.map((name, index) => (name.trim() === '' ? `column_${index + 1}` : name));
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
