import { existsSync } from 'node:fs';
import { invalidDatabaseUrl } from '../errors.ts';

const form = 'write postgres://user@host:5432/database';

/**
 * Checks the address of a database. What comes from the command line must hold no password: other users of the machine can read it.
 * @throws INVALID_DATABASE_URL, never with the password in it
 */
export function parseDatabaseUrl(text: string, source: 'argument' | 'environment'): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol))
    throw invalidDatabaseUrl('the address of the database is not one of Postgres', { hint: form });
  if (source === 'argument' && (url.password !== '' || url.searchParams.has('password')))
    throw invalidDatabaseUrl(
      'the address of the database holds a password, which every user of this machine can see',
      {
        hint: 'set SLIPWAY_DATABASE_URL instead of --database, or keep the password in PGPASSWORD or a file that PGPASSFILE names',
      },
    );
  return withTls(url);
}

/** Every mode that encrypts checks the certificate too, unless the address says that it is not to be checked. */
const tlsModes: Readonly<Record<string, string>> = {
  disable: 'disable',
  'no-verify': 'no-verify',
  prefer: 'verify-full',
  require: 'verify-full',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
};

function withTls(url: URL): string {
  const { searchParams } = url;
  const mode = searchParams.get('sslmode');
  if (mode !== null) {
    const known = tlsModes[mode];
    if (known === undefined)
      throw invalidDatabaseUrl(`the address of the database has the unknown sslmode "${mode}"`, {
        hint: `use one of: ${Object.keys(tlsModes).join(', ')}`,
      });
    searchParams.set('sslmode', known);
  }
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const file = searchParams.get(name);
    if (file === null || existsSync(file)) continue;
    throw invalidDatabaseUrl(`the address of the database names a file that is not there: ${name}=${file}`, {
      hint: 'check the path, and that this user may read it',
    });
  }
  return url.href;
}

/** The address as it may be shown: without password and options. */
export function renderDatabaseUrl(text: string): string {
  const url = new URL(text);
  url.password = '';
  url.search = '';
  return url.href;
}
