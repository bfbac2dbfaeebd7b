import { dropBody, type HttpRequest, type HttpResponse } from './http/exchange.ts';
import { isLoopback, registryAddress, registryUrl } from './registry-address.ts';
import type { RegistryOptions } from './registry-options.ts';

interface Probing {
  readonly send: (request: HttpRequest) => Promise<HttpResponse>;
  /** Hears what the registry wants for a login. */
  readonly learn: (challenge: string | undefined) => void;
}

/**
 * Where a registry's API starts. HTTPS, except where plain HTTP is allowed (on this machine, or by option) and spoken: one
 * request without credentials finds out.
 */
export async function findOrigin(registry: string, options: RegistryOptions, probing: Probing): Promise<URL> {
  const https = registryUrl(registry, 'https');
  if (options.insecure !== true && !isLoopback(registryAddress(registry).host)) return https;
  const http = registryUrl(registry, 'http');
  try {
    const url = new URL('v2/', http);
    const response = await probing.send({ method: 'GET', url, headers: { 'user-agent': 'slipway' } });
    await dropBody(response);
    // 400 is how servers that expect TLS answer to plain HTTP
    if (response.status === 400 || isMoved(response)) return https;
    if (response.status === 401) probing.learn(response.headers['www-authenticate']);
    return http;
  } catch (error) {
    if (mayBeTls(error, registry)) return https;
    throw error;
  }
}

function isMoved({ status, headers }: HttpResponse): boolean {
  return status >= 300 && status < 400 && (headers.location ?? '').startsWith('https:');
}

/**
 * A server that expects TLS may also just hang up, and without a port in the name HTTPS has a port of its own. Elsewhere than on
 * this machine, HTTPS may even have another way there, through a proxy.
 */
function mayBeTls(error: unknown, registry: string): boolean {
  const { host, port } = registryAddress(registry);
  if (!isLoopback(host)) return true;
  const { code = '' } = error as NodeJS.ErrnoException;
  return code === 'ECONNREFUSED' ? port === undefined : code.startsWith('HPE_');
}
