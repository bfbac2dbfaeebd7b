import { createRequire } from 'node:module';
import type pg from 'pg';

/** The driver, loaded when a database is first spoken to. */
export async function loadPg(): Promise<typeof pg> {
  const { default: driver } = await import('pg');
  return driver;
}

/** Where the driver is, for a thread of its own. */
export function locatePg(): string {
  return createRequire(import.meta.url).resolve('pg');
}
