import type { ApiClient } from '../api/api-client.ts';
import { unreachableError } from '../api/api-error.ts';
import { readLines } from '../api/read-lines.ts';

export interface LogSource {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** A line with the time at which the node took it, in nanoseconds: RFC 3339 text. */
export interface LogLine {
  readonly time: string;
  readonly text: string;
}

export interface ReadLog extends LogSource {
  /** Whether to wait for further lines. */
  readonly follow: boolean;
  /** RFC 3339, whole seconds. @default from the beginning */
  readonly since?: string;
  readonly signal: AbortSignal;
}

/** One reading of a container's log. */
export async function* readLog(
  client: ApiClient,
  { namespace, pod, container, follow, since, signal }: ReadLog,
): AsyncGenerator<LogLine & { readonly whole: boolean }, void> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
  const query = { container, follow, timestamps: true, sinceTime: since };
  try {
    for await (const { text, whole } of readLines(await client.stream(path, { query, signal }))) {
      const space = text.indexOf(' ');
      // a stamp that was cut, or what a node says itself where the log is gone
      if (space < 0 || !/^\d{4}-\d\d-\d\dT/.test(text)) continue;
      yield { time: text.slice(0, space), text: text.slice(space + 1), whole };
    }
  } catch (error) {
    throw unreachableError(client.server, error, signal);
  }
}
