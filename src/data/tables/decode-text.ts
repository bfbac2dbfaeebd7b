import { isUtf8 } from 'node:buffer';
import type { ErrorFactory } from '../../core/error.ts';
import { tableMalformed } from '../errors.ts';

const lineFeed = 10;

/**
 * The text of a file in UTF-8 (with or without byte order mark) or UTF-16 with one. Anything else is refused naming the
 * first line that is not UTF-8, never replaced by question marks.
 */
export function decodeText(bytes: Uint8Array, source: string, refuse: ErrorFactory = tableMalformed): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  refuseBinary(bytes, source, refuse);
  if (!isUtf8(bytes))
    throw refuse(`"${source}", line ${firstBadLine(bytes)}: the text is not UTF-8`, {
      hint: 'save the file as UTF-8 (it may be in Latin-1 or Windows-1252)',
    });
  return new TextDecoder().decode(bytes);
}

function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  while (start < bytes.length) {
    const found = bytes.indexOf(lineFeed, start);
    const end = found < 0 ? bytes.length : found;
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
    line += 1;
  }
  return line;
}

const signatures: readonly (readonly [string, string])[] = [
  ['PAR1', "a Parquet file: format: 'parquet'"],
  ['ARROW1', "an Arrow file: format: 'arrow'"],
  ['\x1f\x8b', 'gzip data: let its name end in ".gz"'],
  ['PK\x03\x04', 'a zip archive or Excel workbook: export it as CSV'],
  ['SQLite format 3', 'an SQLite database: export a table as CSV'],
];

function refuseBinary(bytes: Uint8Array, source: string, refuse: ErrorFactory): void {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const found = signatures.find(([magic]) => head.startsWith(magic));
  if (found) throw refuse(`"${source}" is not text`, { hint: `it looks like ${found[1]}` });
}
