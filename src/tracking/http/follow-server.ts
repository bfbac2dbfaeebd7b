import { setTimeout as delay } from 'node:timers/promises';
import { isSlipwayError } from '../../core/error.ts';
import type { JournalEvent } from '../journal-event.ts';
import { retryDelay } from '../retry-delay.ts';
import type { ServerClient } from './server-client.ts';

export interface FollowServerOptions {
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * The events of a run on a server; a connection that breaks is taken up after the last event that came. Only the server says where they
 * end: a run that ended may have gone on since, and then what comes is its earlier end first.
 */
export async function* followServerEvents(
  client: ServerClient,
  uid: string,
  options: FollowServerOptions & { readonly after?: number },
): AsyncGenerator<JournalEvent> {
  let after = options.after ?? 0;
  const connect = (): Promise<AsyncIterable<Uint8Array>> =>
    client.open(
      'GET',
      `/runs/${uid}/events?after=${after}&follow=${options.follow ?? false}`,
      signalOf(options),
    );
  for await (const bytes of reconnecting(connect, options)) {
    for (const line of bytes) {
      if (line === '') continue;
      const event = JSON.parse(line) as JournalEvent;
      if (event.seq <= after) continue;
      after = event.seq;
      yield event;
      if (options.signal?.aborted) return;
    }
  }
}

/** The output of a run on a server, from a byte on; goes on there when a connection breaks. */
export async function* followServerOutput(
  client: ServerClient,
  uid: string,
  options: FollowServerOptions & { readonly offset?: number },
): AsyncGenerator<Uint8Array> {
  let offset = options.offset ?? 0;
  const connect = (): Promise<AsyncIterable<Uint8Array>> =>
    client.open(
      'GET',
      `/runs/${uid}/output?offset=${offset}&follow=${options.follow ?? false}`,
      signalOf(options),
    );
  for await (const bytes of withRetries(connect, options)) {
    offset += bytes.length;
    yield bytes;
  }
}

async function* reconnecting(
  connect: () => Promise<AsyncIterable<Uint8Array>>,
  options: FollowServerOptions,
): AsyncGenerator<readonly string[]> {
  let decoder = new TextDecoder();
  let rest = '';
  const fresh = (): Promise<AsyncIterable<Uint8Array>> => {
    // a line cut off by the break comes again whole
    decoder = new TextDecoder();
    rest = '';
    return connect();
  };
  for await (const bytes of withRetries(fresh, options)) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
}

/** What the connections give one after the other, until one ends well. */
async function* withRetries(
  connect: () => Promise<AsyncIterable<Uint8Array>>,
  { follow = false, signal }: FollowServerOptions,
): AsyncGenerator<Uint8Array> {
  for (let failures = 0; !signal?.aborted; ) {
    try {
      const answer = await connect();
      // a server that answers is there, however often proxies cut a connection on which a run is silent
      failures = 0;
      yield* answer;
      return;
    } catch (error) {
      if (signal?.aborted) return;
      // the first try tells that there is no server; later ones that it is away for a while
      const isExpected = isSlipwayError(error) && error.kind !== 'unavailable';
      if (isExpected || !follow || ++failures > mostFailures) throw error;
      await delay(retryDelay(failures), undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  }
}

/** About two minutes without a server. */
const mostFailures = 30;

const signalOf = ({ signal }: FollowServerOptions): { readonly signal?: AbortSignal } =>
  signal ? { signal } : {};
