import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { parseDatabaseUrl } from '../../src/tracking/postgres/database-url.ts';
import { openPostgresTracking } from '../../src/tracking/postgres/postgres-tracking.ts';
import { describeWith } from '../setup/components.ts';
import { type CertificateFiles, makeCertificate } from '../support/make-certificate.ts';
import { type Postgres, startPostgres } from '../support/start-postgres.ts';
import { startTrackingServer } from '../support/start-tracking-server.ts';
import { tempDirectory } from './temp-directory.ts';

describeWith(['postgres'], 'a database that takes connections with TLS alone', () => {
  let postgres: Postgres;
  let own: CertificateFiles;
  let other: CertificateFiles;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'slipway-tls-'));
    const [mine, theirs] = [path.join(folder, 'own'), path.join(folder, 'other')];
    for (const place of [mine, theirs]) mkdirSync(place);
    own = makeCertificate(mine);
    other = makeCertificate(theirs);
    postgres = await startPostgres();
    url = await postgres.createDatabase();
    await postgres.stop('SIGINT');
    for (const [from, name] of [
      [own.cert, 'server.crt'],
      [own.key, 'server.key'],
    ] as const) {
      const file = path.join(postgres.data, name);
      copyFileSync(from, file);
      chmodSync(file, 0o600);
      if (process.getuid?.() === 0) chownSync(file, 65_534, 65_534);
    }
    appendFileSync(path.join(postgres.data, 'postgresql.conf'), 'ssl = on\n');
    const rules = path.join(postgres.data, 'pg_hba.conf');
    writeFileSync(rules, `hostnossl all all 0.0.0.0/0 reject\n${readFileSync(rules, 'utf8')}`);
    await postgres.start();
  });
  afterAll(async () => {
    await postgres?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const withTls = (query: string): string => parseDatabaseUrl(`${url}?${query}`, 'environment');
  const open = async (query: string): Promise<void> => {
    const artifacts = tempDirectory();
    const tracking = await openPostgresTracking({ url: withTls(query), artifacts });
    await tracking.close();
  };

  it.each(['verify-full', 'verify-ca', 'require'])(
    'is used by the server, encrypted, with the authority that the address names (%s)',
    async (mode) => {
      const home = path.join(tempDirectory(), 'home');
      const env = { SLIPWAY_DATABASE_URL: `${url}?sslmode=${mode}&sslrootcert=${own.ca}` };
      const server = await startTrackingServer(home, { env });
      onTestFinished(() => server.stop());
      expect((await fetch(`${server.address.url}/ready`)).status).toBe(200);
      const used =
        "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'slipway'";
      expect(postgres.sql(new URL(url).pathname.slice(1), used)).toBe('t');
    },
    60_000,
  );

  it('is used without looking at its certificate only where the address says so', async () => {
    await open('sslmode=no-verify');
    await expect(open('sslmode=require')).rejects.toMatchObject({ code: 'DATABASE_REFUSED' });
  });

  it('is refused, with what to do, when its certificate is of another authority', async () => {
    await expect(open(`sslmode=verify-full&sslrootcert=${other.ca}`)).rejects.toMatchObject({
      code: 'DATABASE_REFUSED',
      message: expect.stringMatching(/^the certificate of the database at "postgres:\/\/slipway@127/),
      hint: expect.stringContaining('sslrootcert='),
    });
  });

  it('lets nobody in without TLS, and says so', async () => {
    await expect(open('sslmode=disable')).rejects.toMatchObject({ code: 'DATABASE_REFUSED' });
  });

  it('is not asked at all with a mode or a file that does not exist', () => {
    for (const query of ['sslmode=perhaps', 'sslmode=verify-full&sslrootcert=/nowhere/ca.pem'])
      expect(() => withTls(query)).toThrow(expect.objectContaining({ code: 'INVALID_DATABASE_URL' }));
  });
});

describeWith(['postgres'], 'a database that does not offer TLS', () => {
  it('is refused by an address that asks for it', async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.dispose());
    const url = `${await postgres.createDatabase()}?sslmode=verify-full`;
    await expect(openPostgresTracking({ url, artifacts: tempDirectory() })).rejects.toMatchObject({
      code: 'DATABASE_REFUSED',
      message: expect.stringContaining('does not offer TLS'),
    });
  }, 120_000);
});
