import { kubernetesGone, kubernetesUnreachable } from '../errors.ts';
import type { ApiClient } from './api-client.ts';
import { apiError, unreachableError } from './api-error.ts';
import type { ApiObject } from './objects.ts';
import { readLines } from './read-lines.ts';

export interface WatchTimes {
  /** Milliseconds without any word, bookmarks included, after which a connection counts as dead. @default 75000 */
  readonly idleMs: number;
}

export interface OpenWatch extends Partial<WatchTimes> {
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly version: string;
  readonly signal: AbortSignal;
}

export interface WatchEvent<Kind> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: Kind;
}

/**
 * One watch connection from a version on. Ends when the server ends it, as it does from time to time.
 * @throws KUBERNETES_GONE when the version is too old, KUBERNETES_UNREACHABLE when the connection breaks or falls silent.
 */
export async function* openWatch<Kind extends ApiObject>(
  client: ApiClient,
  watch: OpenWatch,
): AsyncGenerator<WatchEvent<Kind>, void> {
  const { path, labelSelector, fieldSelector, version: resourceVersion, idleMs = 75_000 } = watch;
  const silence = new AbortController();
  const signal = AbortSignal.any([watch.signal, silence.signal]);
  const timer = setTimeout(() => silence.abort(silentError(client)), idleMs);
  const query = { watch: true, allowWatchBookmarks: true, resourceVersion, labelSelector, fieldSelector };
  try {
    const response = await client.stream(path, { query, signal });
    for await (const { text, whole } of readLines(response)) {
      // the last line of a connection that broke
      if (!whole || text === '') continue;
      timer.refresh();
      yield readEvent<Kind>(text, path);
    }
  } catch (error) {
    if (silence.signal.aborted) throw silence.signal.reason;
    throw unreachableError(client.server, error, watch.signal);
  } finally {
    clearTimeout(timer);
  }
}

function readEvent<Kind>(line: string, path: string): WatchEvent<Kind> {
  const event = JSON.parse(line) as
    | WatchEvent<Kind>
    | { type: 'ERROR'; object: { code?: number; message?: string } };
  if (event.type !== 'ERROR') return event;
  const { code = 500, message } = event.object;
  if (code === 410)
    throw kubernetesGone(`the watch of ${path} is too far behind: ${message}`, {
      hint: 'list again and go on from there',
    });
  throw apiError({ method: 'WATCH', path, status: code, text: JSON.stringify(event.object) });
}

function silentError({ server }: ApiClient): Error {
  return kubernetesUnreachable(`the API server ${server} has not said a word for too long`, {
    hint: 'the connection is made again',
  });
}
