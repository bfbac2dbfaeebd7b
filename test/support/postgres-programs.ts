import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Where Debian keeps one folder a version. */
const root = '/usr/lib/postgresql';

/** Folder of the programs of the newest Postgres that is installed. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(root)) return undefined;
  return readdirSync(root)
    .filter((name) => /^\d+$/.test(name) && existsSync(path.join(root, name, 'bin/postgres')))
    .sort((a, b) => Number(b) - Number(a))
    .map((name) => path.join(root, name, 'bin'))[0];
}
