import type { IncomingMessage } from 'node:http';
import { apiError, unreachableError } from './api-error.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** @default 'application/json' */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds that an answer may take; not for streams, which may be silent. @default 30000 */
  readonly timeoutMs?: number;
}

/** Opens one HTTP exchange with the API server, credentials included. */
export type Transport = (
  request: {
    readonly method: Method;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  },
  signal: AbortSignal,
) => Promise<IncomingMessage>;

/** A cluster's API: plain requests and streams, no generated classes. */
export interface ApiClient {
  /** `https://host:port` */
  readonly server: string;
  readonly namespace: string;
  /** @throws KUBERNETES_REFUSED, KUBERNETES_NOT_FOUND, KUBERNETES_CONFLICT, KUBERNETES_INVALID, KUBERNETES_GONE, KUBERNETES_UNREACHABLE, KUBERNETES_FAILED */
  request<Answer>(method: Method, path: string, options?: RequestOptions): Promise<Answer>;
  /** The body as it comes, e.g. of a watch or a log. Ends when the signal fires. */
  stream(path: string, options?: Omit<RequestOptions, 'body' | 'timeoutMs'>): Promise<IncomingMessage>;
}

export function createApiClient(
  target: { readonly server: string; readonly namespace: string },
  transport: Transport,
): ApiClient {
  const open = async (
    method: Method,
    path: string,
    options: RequestOptions,
    signal: AbortSignal,
  ): Promise<IncomingMessage> => {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const headers = {
      accept: 'application/json, */*',
      ...(body === undefined
        ? {}
        : {
            'content-type': options.contentType ?? 'application/json',
            'content-length': String(Buffer.byteLength(body)),
          }),
    };
    const request = {
      method,
      path: `${path}${renderQuery(options.query)}`,
      headers,
      ...(body === undefined ? {} : { body }),
    };
    try {
      return await transport(request, signal);
    } catch (error) {
      throw unreachableError(target.server, error, signal);
    }
  };
  return {
    ...target,
    async request<Answer>(method: Method, path: string, options: RequestOptions = {}): Promise<Answer> {
      const signal = anySignal([
        AbortSignal.timeout(options.timeoutMs ?? 30_000),
        ...(options.signal ? [options.signal] : []),
      ]);
      const response = await open(method, path, options, signal);
      const text = await readText(response, target.server, signal);
      if ((response.statusCode ?? 0) >= 300)
        throw apiError({ method, path, status: response.statusCode ?? 0, text });
      return (text === '' ? {} : JSON.parse(text)) as Answer;
    },
    async stream(path, options = {}) {
      const signal = options.signal ?? new AbortController().signal;
      const response = await open('GET', path, options, signal);
      if ((response.statusCode ?? 0) < 300) return response;
      const text = await readText(response, target.server, signal);
      throw apiError({ method: 'GET', path, status: response.statusCode ?? 0, text });
    },
  };
}

async function readText(response: IncomingMessage, server: string, signal: AbortSignal): Promise<string> {
  try {
    response.setEncoding('utf8');
    let text = '';
    for await (const chunk of response) text += chunk as string;
    return text;
  } catch (error) {
    throw unreachableError(server, error, signal);
  }
}

function renderQuery(query: RequestOptions['query'] = {}): string {
  const entries = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as [string, string]],
  );
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries)}`;
}

function anySignal(signals: AbortSignal[]): AbortSignal {
  return AbortSignal.any(signals);
}
