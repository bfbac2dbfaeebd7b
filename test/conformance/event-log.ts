import type { Json } from '../../src/core/json.ts';
import { renderColumns } from '../../src/pipelines/render/render-columns.ts';

/** What an engine did with a case, free of times, ids and texts: the same on every engine. */
export interface EventLog {
  readonly state: string;
  /** Code of the pipeline's error. */
  readonly code?: string;
  /** Steps that failed, as the error names them. */
  readonly failed: readonly string[];
  readonly outputs: Readonly<Record<string, Json>>;
  /** By id, sorted. */
  readonly steps: readonly StepLog[];
}

export interface StepLog {
  readonly id: string;
  /** `any` where the plan leaves it open: beside a failure that stops the pipeline, what goes on at the same time. */
  readonly state: string;
  readonly because: Because;
  /** Code of the step's error. */
  readonly code?: string;
  /** How often it was tried; 0 where it was not. */
  readonly attempts: number;
  readonly results: Readonly<Record<string, Json>>;
  /** Steps that it has come after: those it takes from or is ordered behind, if they ran. All items of a map: `each[*]`. */
  readonly after: readonly string[];
}

/** Why a step ended as it did without anybody's doing in itself. */
export type Because = '' | 'condition' | 'failure' | 'cancel' | 'cache' | 'resume' | 'items';

/** A log as people read it; every fact of it is in the text. */
export function renderEventLog({ state, code, failed, outputs, steps }: EventLog): string {
  const rows = steps.map(({ id, state: ended, because, code: error, attempts, results, after }) => [
    id,
    ended,
    [because, error ?? ''].filter(Boolean).join(' '),
    attempts === 0 ? '' : `×${attempts}`,
    after.length === 0 ? '' : `after ${after.join(', ')}`,
    renderValues(results),
  ]);
  const end = [
    `= ${state}`,
    code,
    failed.length === 0 ? '' : `(${failed.join(', ')})`,
    renderValues(outputs),
  ];
  return `${renderColumns(rows)}\n${end.filter(Boolean).join(' ')}\n`;
}

const renderValues = (values: Readonly<Record<string, Json>>): string =>
  Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(' ');
