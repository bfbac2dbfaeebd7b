import { createHash, createPrivateKey, createSign, randomUUID, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { makeCertificate } from './make-certificate.ts';

export interface TokenServer {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** PEM file of the certificate that tokens are signed by. */
  readonly certificate: string;
  /** An identity token that stands for the user. */
  readonly identity: string;
  /** What has been asked for. */
  asked(): readonly { readonly grant: string; readonly user?: string; readonly scope: string }[];
  clear(): void;
  /** The next token is over when it is given out. */
  nextIsDead(): void;
  stop(): Promise<void>;
}

/**
 * Gives out tokens that a real registry checks: user `ada` with any password but `wrong` may do everything outside of
 * `forbidden/`.
 */
export async function startTokenServer(folder: string): Promise<TokenServer> {
  const { cert, key } = makeCertificate(folder);
  const asked: { grant: string; user?: string; scope: string }[] = [];
  const identity = randomUUID();
  let dead = false;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    const form = new URLSearchParams(body);
    const [user = '', password = ''] = basicOf(request.headers.authorization);
    const grant = form.get('grant_type') ?? 'password';
    const scopes = grant === 'password' ? query.getAll('scope') : (form.get('scope') ?? '').split(' ');
    asked.push({ grant, ...(user === '' ? {} : { user }), scope: scopes.join(' ') });
    const known =
      grant === 'password' ? user === 'ada' && password !== 'wrong' : form.get('refresh_token') === identity;
    if (!known) {
      response.writeHead(401).end('{}');
      return;
    }
    const lifetime = dead ? -3600 : 300;
    dead = false;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token: signToken({ cert, key, scopes, lifetime }), expires_in: 300 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    realm: `http://127.0.0.1:${port}/token`,
    service: 'test-registry',
    issuer: 'test-issuer',
    certificate: cert,
    identity,
    asked: () => asked,
    clear: () => void asked.splice(0),
    nextIsDead: () => {
      dead = true;
    },
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

function basicOf(header: string | undefined): readonly string[] {
  const pair = Buffer.from((header ?? '').replace('Basic ', ''), 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? [] : [pair.slice(0, colon), pair.slice(colon + 1)];
}

interface Signing {
  readonly cert: string;
  readonly key: string;
  readonly scopes: readonly string[];
  /** Seconds. */
  readonly lifetime: number;
}

function signToken({ cert, key, scopes, lifetime }: Signing): string {
  const certificate = new X509Certificate(readFileSync(cert));
  const now = Math.floor(Date.now() / 1000);
  const header = { typ: 'JWT', alg: 'ES256', x5c: [certificate.raw.toString('base64')] };
  const payload = {
    iss: 'test-issuer',
    sub: 'ada',
    aud: 'test-registry',
    nbf: now - 7200,
    iat: now - 7200,
    exp: now + lifetime,
    jti: createHash('sha256').update(randomUUID()).digest('hex'),
    access: scopes
      .map((scope) => scope.split(':'))
      .filter(([, name]) => name !== undefined && !name.startsWith('forbidden/'))
      .map(([type, name, actions]) => ({ type, name, actions: actions?.split(',') })),
  };
  const text = [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = createSign('sha256')
    .update(text)
    .sign({
      key: createPrivateKey(readFileSync(key)),
      dsaEncoding: 'ieee-p1363',
    });
  return `${text}.${signature.toString('base64url')}`;
}
