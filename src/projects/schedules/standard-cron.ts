const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const sunday = 7;

/** One part of a field's list: a value or a range, with or without a step; `*` has no start. */
interface Part {
  readonly from?: string;
  readonly to?: string;
  readonly step?: string;
}

/**
 * The five fields of a valid expression with the same times in the standard cron of clusters, which has Sunday as 0 only, and takes every
 * `*` for no condition where a list or a step makes it one here. Undefined for what it has no words for.
 */
export function standardCron(fields: readonly string[]): string | undefined {
  const names: readonly (readonly string[])[] = [[], [], [], monthNames, weekdayNames];
  const written = fields.map((field, index) => {
    const parts = readParts(field, names[index] ?? []);
    if (parts === undefined || field === '*') return parts && field;
    if (index === 2 && parts.some(isEvery)) return '1-31';
    return index === 4 && parts.some((part) => isEvery(part) || reachesSunday(part)) ? listOf(parts) : field;
  });
  return written.includes(undefined) ? undefined : written.join(' ');
}

function readParts(field: string, names: readonly string[]): readonly Part[] | undefined {
  const value = ['\\d+', ...names].join('|');
  const shape = new RegExp(`^(?:\\*|(?<from>${value})(?:-(?<to>${value}))?)(?:/(?<step>\\d+))?$`, 'i');
  const parts = field.split(',').map((part): Part | undefined => shape.exec(part)?.groups);
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

const isEvery = ({ from, step = '1' }: Part): boolean => from === undefined && Number(step) === 1;

const reachesSunday = (part: Part): boolean => rangeOf(part).includes(sunday);

function listOf(parts: readonly Part[]): string {
  const days = parts.flatMap((part) => {
    const [first, last] = rangeOf(part);
    const step = Number(part.step ?? '1');
    return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, at) => (first + at * step) % 7);
  });
  return [...new Set(days)].sort().join(',');
}

function rangeOf({ from, to }: Part): readonly [first: number, last: number] {
  if (from === undefined) return [0, 6];
  const first = weekday(from);
  if (to === undefined) return [first, first];
  return [first, /^sun$/i.test(to) ? sunday : weekday(to)];
}

function weekday(text: string): number {
  const named = weekdayNames.indexOf(text.toLowerCase());
  return named < 0 ? Number(text) : named;
}
