import { renderDuration } from '../../core/duration.ts';
import type { Json } from '../../core/json.ts';
import { nearestName } from '../../core/nearest-name.ts';
import { renderRunHeadline, renderRunSummary, renderValue } from '../../tracking/render-run-summary.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { NotificationEntry } from './notification-entry.ts';

/** What a notification says. */
export interface Message {
  /** One line. */
  readonly title: string;
  readonly text: string;
}

const roots = [
  'uid',
  'name',
  'project',
  'kind',
  'state',
  'reason',
  'params',
  'inputs',
  'results',
  'outputs',
  'metrics',
  'labels',
  'error',
  'function',
  'runtime',
  'createdAt',
  'startedAt',
  'endedAt',
  'duration',
  'seed',
  'git',
  'environment',
  'bestIteration',
  'failedIterations',
] as const;

const placeholder = /\$\{([^}]*)\}/g;

/** What is wrong with a text that has `${path}` in it; undefined if nothing is. */
export function checkTemplate(template: string): string | undefined {
  for (const [whole, path = ''] of template.matchAll(placeholder)) {
    const root = path.trim().split('.')[0] ?? '';
    if ((roots as readonly string[]).includes(root)) continue;
    const near = nearestName(root, roots);
    const hint = near === undefined ? `begin with one of: ${roots.join(', ')}` : `did you mean "${near}"?`;
    return `a run has nothing at "${whole}" (${hint})`;
  }
  return undefined;
}

/** The text with what the record has in place of each `${path}`; what it does not have is left empty. Nothing in it is executed. */
export function renderTemplate(template: string, record: RunRecord): string {
  const values = { ...record, duration: durationOf(record) };
  return template.replace(placeholder, (_, path: string) =>
    renderAny(lookUp(values, path.trim().split('.'))),
  );
}

/** What a notification says of a run. */
export function renderMessage(entry: NotificationEntry, record: RunRecord): Message {
  const { message } = entry;
  return {
    title: renderRunHeadline(record),
    text: message === undefined ? renderRunSummary(record) : renderTemplate(message, record),
  };
}

function durationOf({ startedAt, endedAt }: RunRecord): string | undefined {
  if (startedAt === undefined || endedAt === undefined) return undefined;
  return renderDuration(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)));
}

/** Own properties only; a key may have dots in it. */
function lookUp(value: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (let length = path.length; length > 0; length--) {
    const key = path.slice(0, length).join('.');
    if (!Object.hasOwn(value, key)) continue;
    const found = lookUp((value as Readonly<Record<string, unknown>>)[key], path.slice(length));
    if (found !== undefined) return found;
  }
  return undefined;
}

const renderAny = (value: unknown): string => (value === undefined ? '' : renderValue(value as Json));
