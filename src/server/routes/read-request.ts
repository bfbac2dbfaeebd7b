import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { type BaseIssue, type BaseSchema, getDotPath, type InferOutput, safeParse } from 'valibot';
import { invalidQuery } from '../errors.ts';

export type Schema = BaseSchema<unknown, unknown, BaseIssue<unknown>>;

/**
 * A body, query or path that has been checked.
 * @throws INVALID_QUERY naming every field that is wrong
 */
export function readRequest<S extends Schema>(schema: S, value: unknown): InferOutput<S> {
  const result = safeParse(schema, value ?? {});
  if (result.success) return result.output;
  const wrong = result.issues.map((issue) => {
    const at = getDotPath(issue);
    return at ? `"${at}": ${issue.message}` : issue.message;
  });
  throw invalidQuery(`the request is not as it should be: ${wrong.join('; ')}`);
}

/**
 * A body that is taken as the bytes that come.
 * @throws INVALID_QUERY where it has come as something else, e.g. as JSON
 */
export function readStream(body: unknown, type: 'application/octet-stream' | 'application/x-tar'): Readable {
  if (body instanceof Readable) return body;
  throw invalidQuery('the body of the request is not of the type that it should be', {
    hint: `send its bytes with content-type: ${type}`,
  });
}

/** Fires when the client has gone before the answer was complete. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
