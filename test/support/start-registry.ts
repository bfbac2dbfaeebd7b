import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './free-port.ts';

export interface RegistryWishes {
  /** Users with their passwords (bcrypt, by htpasswd). */
  readonly users?: Readonly<Record<string, string>>;
  /** TLS with a certificate from `makeCertificate`. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** A token server, with the PEM file of the certificate it signs by. */
  readonly token?: {
    readonly realm: string;
    readonly service: string;
    readonly issuer: string;
    readonly certificate: string;
  };
  /** Where the blobs are kept. @default a folder that goes with the registry */
  readonly storage?: string;
}

export interface Registry {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** e.g. `http://127.0.0.1:5000` */
  readonly url: string;
  readonly storage: string;
  /** The requests so far, one `METHOD path status` each. */
  requests(): readonly string[];
  stop(): Promise<void>;
}

/** A real registry (Debian's docker-registry) of its own, on a free port; ready when this returns. */
export async function startRegistry(wishes: RegistryWishes = {}): Promise<Registry> {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-registry-'));
  const storage = wishes.storage ?? path.join(folder, 'storage');
  mkdirSync(storage, { recursive: true });
  const host = `127.0.0.1:${await freePort()}`;
  writeFileSync(
    path.join(folder, 'config.json'),
    JSON.stringify(registryConfig(wishes, { folder, storage, host })),
  );
  const child = spawn('docker-registry', ['serve', path.join(folder, 'config.json')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  const url = `${wishes.tls ? 'https' : 'http'}://${host}`;
  await untilItAnswers(url, child, () => log);
  return {
    host,
    url,
    storage,
    requests: () =>
      [...log.matchAll(/"([A-Z]+) (\S+) HTTP\/\d\.\d" (\d{3})/g)].map(
        ([, method, target, status]) => `${method} ${target} ${status}`,
      ),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGKILL')) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function registryConfig(
  { users, tls, token }: RegistryWishes,
  { folder, storage, host }: { folder: string; storage: string; host: string },
): object {
  const auth = token
    ? { auth: { token: { ...token, rootcertbundle: token.certificate, certificate: undefined } } }
    : {};
  return {
    version: 0.1,
    // YAML reads JSON; the log's lines are parsed by `requests`
    log: { level: 'info', accesslog: { disabled: false } },
    storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
    http: { addr: host, ...(tls ? { tls: { certificate: tls.cert, key: tls.key } } : {}) },
    ...(users ? { auth: { htpasswd: { realm: 'test', path: writeUsers(folder, users) } } } : auth),
  };
}

function writeUsers(folder: string, users: Readonly<Record<string, string>>): string {
  const lines = Object.entries(users).map(([user, password]) =>
    execFileSync('htpasswd', ['-niB', '-C', '4', user], { input: password, encoding: 'utf8' }).trim(),
  );
  const file = path.join(folder, 'htpasswd');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

async function untilItAnswers(url: string, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await answers(`${url}/v2/`))) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`docker-registry did not start:\n${log()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = url.startsWith('https:')
      ? https.get(url, { rejectUnauthorized: false, agent: false })
      : http.get(url, { agent: false });
    request.once('error', () => resolve(false));
    request.once('response', (response) => {
      response.resume();
      resolve(true);
    });
  });
}
