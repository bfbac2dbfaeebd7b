import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';

export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
}

/** Sends requests over connections that are kept. */
export interface Requester {
  /** The answer, once it begins; throws what happened where none came. */
  send(request: OutgoingRequest): Promise<IncomingMessage>;
  /** Lets go of connections that wait for a request. */
  close(): void;
}

interface Transport {
  readonly agent: Agent;
  readonly request: (url: string, options: RequestOptions) => ClientRequest;
}

/**
 * Requests by Node's own client: the first one with `fetch` costs a process four times as much as with this, which brief processes (a
 * pod that runs one trial, a command) would wait for.
 */
export function createRequester(): Requester {
  const transports = new Map<string, Promise<Transport>>();
  const transportFor = (url: string): Promise<Transport> => {
    const kind = url.startsWith('https:') ? 'https' : 'http';
    const known = transports.get(kind) ?? openTransport(kind);
    transports.set(kind, known);
    return known;
  };
  return {
    async send(request) {
      const transport = await transportFor(request.url);
      try {
        return await sendOnce(transport, request);
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error;
        return sendOnce(transport, request);
      }
    },
    close() {
      for (const transport of transports.values()) void transport.then(({ agent }) => agent.destroy());
      transports.clear();
    },
  };
}

/** Milliseconds that a connection may take to be made; the system itself would try an address that nobody has for two minutes. */
const connectMs = 10_000;

/** A kept connection had been closed at the other end when the request went out on it: it has not been heard. */
class StaleConnection extends Error {}

async function openTransport(kind: 'http' | 'https'): Promise<Transport> {
  const { Agent, request } = await (kind === 'https' ? import('node:https') : import('node:http'));
  return { agent: new Agent({ keepAlive: true }), request };
}

function sendOnce(transport: Transport, outgoing: OutgoingRequest): Promise<IncomingMessage> {
  const { method, url, headers, body, signal } = outgoing;
  const { agent } = transport;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const options = { method, headers, agent, ...(signal ? { signal } : {}) };
    const sent = transport.request(url, options);
    sent.once('response', resolve);
    sent.once('socket', (socket) => limitConnecting(socket, sent));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = sent.reusedSocket && error.code === 'ECONNRESET' && isWhole(body);
      if (signal?.aborted) reject(signal.reason);
      else reject(isStale ? new StaleConnection(error.message) : new Error(error.message, { cause: error }));
    });
    if (body === undefined || isWhole(body)) sent.end(body);
    else
      Readable.from(body)
        .on('error', (error) => sent.destroy(error))
        .pipe(sent);
  });
}

function limitConnecting(socket: Socket, sent: ClientRequest): void {
  if (!socket.connecting) return;
  const late = new Error(`no connection within ${connectMs / 1000} s`);
  const timer = setTimeout(() => sent.destroy(late), connectMs);
  const done = (): void => clearTimeout(timer);
  socket.once('connect', done).once('close', done);
}

const isWhole = (body: OutgoingRequest['body']): body is string | Uint8Array | undefined =>
  body === undefined || typeof body === 'string' || body instanceof Uint8Array;

/** All of an answer as text. */
export async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
