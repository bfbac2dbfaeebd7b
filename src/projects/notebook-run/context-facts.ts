import type { Json } from '../../core/json.ts';
import type { ColumnType } from '../../data/table.ts';

/** What a kernel knows of the run it belongs to from the start; everything else is asked for. */
export interface ContextFacts {
  readonly uid: string;
  readonly name: string;
  readonly project: string;
  readonly iteration: number;
  readonly attempt: number;
  readonly params: Readonly<Record<string, Json>>;
  /** URLs by name. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly storeDirectory: string;
}

/** Calls that the context of the run answers. `target` 0 is the run itself, others are its trials. */
export const contextCall = 'context';

/** A table as it crosses the process boundary. */
export interface TableCopy {
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  readonly types: Readonly<Record<string, ColumnType>>;
}
