import { readFileSync } from 'node:fs';
import { registryCertificateInvalid } from '../errors.ts';
import type { Environment } from '../registry-options.ts';

/**
 * Certificates to trust, as PEM; undefined where Node's own choice holds. `SSL_CERT_FILE` and a file of the user's come in
 * addition to Node's.
 * @throws REGISTRY_CERTIFICATE_INVALID
 */
export async function trustedCertificates(
  caFile: string | undefined,
  env: Environment,
): Promise<readonly string[] | undefined> {
  const extra = [caFile, env.SSL_CERT_FILE].filter((file) => file !== undefined && file !== '');
  if (extra.length === 0) return undefined;
  // naming certificates replaces Node's own list, the one of NODE_EXTRA_CA_CERTS included
  const { rootCertificates } = await import('node:tls');
  const files = [...extra, env.NODE_EXTRA_CA_CERTS].filter((file) => file !== undefined && file !== '');
  return [...rootCertificates, ...files.map((file) => readCertificates(String(file)))];
}

function readCertificates(file: string): string {
  const hint = 'name a PEM file with one or more certificates';
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw registryCertificateInvalid(`the file of trusted certificates "${file}" cannot be read`, {
      hint,
      cause,
    });
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw registryCertificateInvalid(`"${file}" holds no certificate`, { hint });
}
