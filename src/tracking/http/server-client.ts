import { type BlockingRequester, createBlockingRequester } from './blocking-request.ts';
import type { ServerAddress } from './server-address.ts';
import { answerError, unreachableError } from './server-answer.ts';

export interface RequestOptions {
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly stream?: { readonly type: string; readonly body: AsyncIterable<Uint8Array> | Uint8Array };
  readonly signal?: AbortSignal;
}

/** Speaks to one project of a tracking server. */
export interface ServerClient {
  readonly url: string;
  /** The JSON of an answer. Throws the error that the server tells, or SERVER_UNREACHABLE. */
  call<Answer>(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** The body of an answer as it comes. */
  open(method: string, path: string, options?: RequestOptions): Promise<AsyncIterable<Uint8Array>>;
  /** The text of an answer, with this thread waiting for it. */
  callNow(method: string, path: string, json?: unknown): string;
  close(): Promise<void>;
}

/** Milliseconds that an answer to a JSON request may take to begin. */
const answerMs = 30_000;

export function createServerClient(server: ServerAddress, project: string): ServerClient {
  return new FetchClient(server, project);
}

class FetchClient implements ServerClient {
  readonly url: string;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #blocking: BlockingRequester = createBlockingRequester();

  constructor({ url, token }: ServerAddress, project: string) {
    this.url = url;
    this.#base = `${url}/api/v1/projects/${encodeURIComponent(project)}`;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  async call<Answer>(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const within = AbortSignal.timeout(answerMs);
    const signal = options.signal ? AbortSignal.any([options.signal, within]) : within;
    const response = await this.#send(method, path, { ...options, ...(options.stream ? {} : { signal }) });
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }

  async open(method: string, path: string, options: RequestOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.#send(method, path, options);
    return body ?? emptyBody();
  }

  callNow(method: string, path: string, json?: unknown): string {
    const answer = this.#blocking.send({
      method,
      url: `${this.#base}${path}`,
      headers: { ...this.#headers, ...(json === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    if ('failure' in answer) throw unreachableError(this.url, new Error(answer.failure));
    if (answer.status >= 400) throw answerError(answer.status, answer.text, this.url);
    return answer.text;
  }

  close(): Promise<void> {
    return this.#blocking.close();
  }

  async #send(method: string, path: string, { json, stream, signal }: RequestOptions): Promise<Response> {
    const type = stream?.type ?? (json === undefined ? undefined : 'application/json');
    const body = stream?.body ?? (json === undefined ? undefined : JSON.stringify(json));
    const init = {
      method,
      headers: { ...this.#headers, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body, duplex: 'half' }),
      ...(signal ? { signal } : {}),
    };
    const response = await fetch(`${this.#base}${path}`, init as RequestInit).catch((error: unknown) => {
      throw unreachableError(this.url, error);
    });
    if (response.ok) return response;
    throw answerError(response.status, await response.text(), this.url);
  }
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}
