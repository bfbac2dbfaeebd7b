import { diskFull } from '../../core/errors.ts';
import { databaseRefused, databaseUnreachable } from '../errors.ts';

const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ENOENT',
]);

/**
 * Classes and codes of Postgres that pass: shutting down, starting up, too many connections, a standby that only reads; what took longer
 * than whoever runs the database lets a statement, a lock or a transaction take; others that got in the way more often than it was tried.
 */
const passing = /^(?:08...|57P0[1-5]|53[023]..|25006|57014|55P03|25P0[34]|40001|40P01)$/;
/** The driver has no codes for these. */
const lostConnection =
  /connection terminated|connection ended|timeout exceeded when trying to connect|query read timeout|not queryable|client was closed/i;

/** A wrong name, password, database or right; said by Postgres, so that asking again is of no use. */
const refusing = /^(?:28...|3D000|42501)$/;

/** What TLS finds wrong with the other side's certificate, by Node's codes. */
const untrusted =
  /^(?:SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID)$/;
const withoutTls = /does not support SSL connections/i;

/** Seconds after which a database that is away may be back. */
const retryAfterMs = 1000;

/** The error to tell for one of the driver's; others as they are. */
export function explainDatabaseError(error: unknown, url: string): unknown {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  if (code === '53100')
    return diskFull(`the database at "${url}" has no space left`, { hint: 'free some there', cause: error });
  if (network.has(code) || passing.test(code) || lostConnection.test(message))
    return databaseUnreachable(`the database at "${url}" does not answer: ${message || code}`, {
      hint: 'nothing that was acknowledged is lost; it is asked again with every request',
      retryAfter: retryAfterMs,
      cause: error,
    });
  if (untrusted.test(code))
    return databaseRefused(`the certificate of the database at "${url}" is not trusted: ${message || code}`, {
      hint: 'name the certificate of its authority: ?sslmode=verify-full&sslrootcert=/path/ca.pem, and the host as the certificate has it; sslmode=no-verify encrypts without asking whom it speaks to',
      cause: error,
    });
  if (withoutTls.test(message))
    return databaseRefused(`the database at "${url}" does not offer TLS, which its address asks for`, {
      hint: 'turn it on there (`ssl = on`), or write sslmode=disable where the network is trusted',
      cause: error,
    });
  if (refusing.test(code))
    return databaseRefused(`the database at "${url}" refuses: ${message}`, {
      hint: 'check user, password (SLIPWAY_DATABASE_URL, PGPASSWORD), database and rights: the tables are its own, in the schema "slipway"',
      cause: error,
    });
  return error;
}

/** Whether a transaction failed only because of others that ran beside it. */
export function isCollision(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: string };
  return code === '40001' || code === '40P01';
}
