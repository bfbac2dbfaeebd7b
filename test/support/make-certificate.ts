import { execFileSync } from 'node:child_process';
import path from 'node:path';

export interface CertificateFiles {
  /** The authority's certificate: what clients must trust. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A certificate for this machine from an authority made for it, as PEM files in a folder. */
export function makeCertificate(folder: string): CertificateFiles {
  const file = (name: string): string => path.join(folder, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { stdio: 'ignore' });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    ...['req', '-x509', ...key, '-days', '2', '-subj', '/CN=Test authority'],
    ...['-keyout', file('ca.key'), '-out', file('ca.pem')],
  );
  openssl(
    ...['req', '-x509', ...key, '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-addext', 'basicConstraints=CA:FALSE'],
    ...[
      '-CA',
      file('ca.pem'),
      '-CAkey',
      file('ca.key'),
      '-keyout',
      file('server.key'),
      '-out',
      file('server.pem'),
    ],
  );
  return { ca: file('ca.pem'), cert: file('server.pem'), key: file('server.key') };
}
