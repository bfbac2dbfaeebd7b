import { claimTable } from './claim-table.ts';
import { firstTables } from './first-tables.ts';

/** A change of the tables. Numbers count from 1; a migration that was released is never changed. */
export interface Migration {
  readonly number: number;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  { number: 1, sql: firstTables },
  { number: 2, sql: claimTable },
];
