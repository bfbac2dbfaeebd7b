export const delimiters: readonly string[] = [',', ';', '\t', '|'];

const sniffedRecords = 50;

/**
 * The delimiter of a CSV text among `,` `;` tab `|`: of those in the header, the one that splits most of the first
 * records into as many fields as the header, then the one that gives most fields. `,` when the header has none.
 */
export function sniffDelimiter(text: string): string {
  const records = firstRecords(text);
  let best = { delimiter: ',', fitting: 0, fields: 0 };
  for (const delimiter of delimiters) {
    const counts = records.map((record) => countOutsideQuotes(record, delimiter));
    const fields = counts[0] ?? 0;
    if (fields === 0) continue;
    const fitting = counts.filter((count) => count === fields).length;
    if (fitting > best.fitting || (fitting === best.fitting && fields > best.fields))
      best = { delimiter, fitting, fields };
  }
  return best.delimiter;
}

/** The first records as raw text; a line break inside quotes does not end one. */
function firstRecords(text: string): readonly string[] {
  const records: string[] = [];
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length && records.length < sniffedRecords; i++) {
    const char = text[i];
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === '\n' || char === '\r')) {
      if (i > start) records.push(text.slice(start, i));
      start = i + 1;
    }
  }
  if (start < text.length && records.length < sniffedRecords) records.push(text.slice(start));
  return records;
}

function countOutsideQuotes(record: string, delimiter: string): number {
  let quoted = false;
  let count = 0;
  for (const char of record) {
    if (char === '"') quoted = !quoted;
    else if (char === delimiter && !quoted) count += 1;
  }
  return count;
}
