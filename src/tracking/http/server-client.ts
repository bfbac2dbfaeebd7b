import type { IncomingMessage } from 'node:http';
import { serverRefused } from '../errors.ts';
import { type BlockingRequest, type BlockingRequester, createBlockingRequester } from './blocking-request.ts';
import { createRequester, type Requester, readText } from './send-request.ts';
import { currentUrl, type ServerAddress } from './server-address.ts';
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
  /** A request as it would be sent now, for who sends it by other means. */
  describe(method: string, path: string, json?: unknown): BlockingRequest;
  close(): Promise<void>;
}

/** Milliseconds that an answer to a JSON request may take to begin. */
const answerMs = 30_000;

export function createServerClient(server: ServerAddress, project: string): ServerClient {
  return new HttpClient(server, project);
}

class HttpClient implements ServerClient {
  readonly #server: ServerAddress;
  readonly #path: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #blocking: BlockingRequester = createBlockingRequester();
  readonly #requester: Requester = createRequester();

  constructor(server: ServerAddress, project: string) {
    const { token } = server;
    this.#server = server;
    this.#path = `/api/v1/projects/${encodeURIComponent(project)}`;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  get url(): string {
    return currentUrl(this.#server);
  }

  async call<Answer>(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const within = AbortSignal.timeout(answerMs);
    const signal = options.signal ? AbortSignal.any([options.signal, within]) : within;
    const answer = await this.#send(method, path, { ...options, ...(options.stream ? {} : { signal }) });
    const text = await this.#text(answer);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }

  async open(method: string, path: string, options: RequestOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    return this.#send(method, path, options);
  }

  callNow(method: string, path: string, json?: unknown): string {
    const { url } = this;
    const answer = this.#blocking.send(this.describe(method, path, json));
    if ('failure' in answer) throw unreachableError(url, new Error(answer.failure));
    if (answer.status >= 400) throw this.#error(answer.status, answer.text, url);
    return answer.text;
  }

  describe(method: string, path: string, json?: unknown): BlockingRequest {
    return {
      method,
      url: `${this.url}${this.#path}${path}`,
      headers: { ...this.#headers, ...(json === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    };
  }

  close(): Promise<void> {
    this.#requester.close();
    return this.#blocking.close();
  }

  async #send(
    method: string,
    path: string,
    { json, stream, signal }: RequestOptions,
  ): Promise<IncomingMessage> {
    const type = stream?.type ?? (json === undefined ? undefined : 'application/json');
    const body = stream?.body ?? (json === undefined ? undefined : JSON.stringify(json));
    const { url } = this;
    const request = {
      method,
      url: `${url}${this.#path}${path}`,
      headers: { ...this.#headers, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body }),
      ...(signal ? { signal } : {}),
    };
    const answer = await this.#requester.send(request).catch((error: unknown) => {
      throw unreachableError(url, error);
    });
    const { statusCode = 0 } = answer;
    if (statusCode >= 200 && statusCode < 300) return answer;
    throw this.#error(statusCode, await this.#text(answer), url);
  }

  /** An answer that breaks off is none. */
  async #text(answer: IncomingMessage): Promise<string> {
    try {
      return await readText(answer);
    } catch (error) {
      throw unreachableError(this.url, error);
    }
  }

  #error(status: number, text: string, url: string): Error {
    const error = answerError(status, text, url);
    // where a server may be opened again, another one that listens there meanwhile says nothing about it
    return this.#server.urlFile !== undefined && serverRefused.is(error)
      ? unreachableError(url, error)
      : error;
  }
}
