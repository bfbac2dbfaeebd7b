import { dropBody, type HttpRequest, type HttpResponse } from './http/exchange.ts';
import { isLoopback, registryAddress, registryUrl } from './registry-address.ts';
import type { RegistryOptions } from './registry-options.ts';

interface Probing {
  readonly send: (request: HttpRequest) => Promise<HttpResponse>;
  /** Hears what the registry wants for a login. */
  readonly learn: (challenge: string | undefined) => void;
}

/**
 * Where a registry's API starts. HTTPS, except where plain HTTP is allowed (on this machine, or by option) and spoken: a request
 * without credentials finds out.
 */
export async function findOrigin(registry: string, options: RegistryOptions, probing: Probing): Promise<URL> {
  const local = isLoopback(registryAddress(registry).host);
  if (options.insecure !== true && !local) return registryUrl(registry, 'https');
  // on this machine plain HTTP is the rule; elsewhere it is what is left when there is no TLS
  const [first, second] = local ? (['http', 'https'] as const) : (['https', 'http'] as const);
  const url = registryUrl(registry, first);
  return (await answersAt(url, registry, probing)) ? url : registryUrl(registry, second);
}

async function answersAt(url: URL, registry: string, { send, learn }: Probing): Promise<boolean> {
  try {
    const headers = { 'user-agent': 'slipway' };
    const response = await send({ method: 'GET', url: new URL('v2/', url), headers });
    await dropBody(response);
    if (response.status === 401) learn(response.headers['www-authenticate']);
    // 400 is how servers that expect TLS answer to plain HTTP
    return url.protocol === 'https:' || (response.status !== 400 && !isMoved(response));
  } catch (error) {
    if (url.protocol === 'https:' || mayBeTls(error, registry)) return false;
    throw error;
  }
}

function isMoved({ status, headers }: HttpResponse): boolean {
  return status >= 300 && status < 400 && (headers.location ?? '').startsWith('https:');
}

/** A server that expects TLS may also just hang up; and without a port in the name, HTTPS has a port of its own. */
function mayBeTls(error: unknown, registry: string): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return registryAddress(registry).port === undefined;
  return code.startsWith('HPE_');
}
