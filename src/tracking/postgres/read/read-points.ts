import { isoTime } from '../../../core/clock.ts';
import { jsonNumber } from '../../../core/json.ts';
import type { JournalEvent, MetricEvent } from '../../journal-event.ts';
import { searchText } from '../../search/search-value.ts';
import { seriesName } from '../../series-name.ts';
import type { MetricPoint } from '../../store.ts';
import type { Database } from '../database.ts';

/** Points of a run in the order they were logged; of one key (all its contexts) or one series if given. */
export async function readPoints(
  database: Database,
  journal: number,
  key: string | undefined,
): Promise<readonly MetricPoint[]> {
  const name = key === undefined ? undefined : searchText(key);
  const found = (await database.query({
    text: `SELECT body FROM events WHERE run = $1 AND kind = 'metric'
      ${name === undefined ? '' : "AND (key = $2 OR starts_with($2, key || '{'))"} ORDER BY seq`,
    values: name === undefined ? [journal] : [journal, name],
  })) as readonly { body: string }[];
  const events = found.map(({ body }) => JSON.parse(body) as JournalEvent & MetricEvent);
  const fits = (event: MetricEvent): boolean =>
    searchText(event.key) === name || searchText(seriesName(event.key, event.context)) === name;
  return (name === undefined ? events : events.filter(fits)).map(renderPoint);
}

function renderPoint(event: JournalEvent & MetricEvent): MetricPoint {
  const number = jsonNumber(event.value) ?? Number.NaN;
  return {
    key: searchText(event.key),
    value: Number.isFinite(number) ? number : String(number),
    ...(event.step === undefined ? {} : { step: event.step }),
    time: isoTime(event.time),
    ...(event.context === undefined ? {} : { context: event.context }),
  };
}
