import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Transform } from 'node:stream';
import type { Descriptor } from '../oci/descriptor.ts';
import { dropBody, type HttpResponse, locationOf } from './http/exchange.ts';
import { isPassing, type Patience, passingStatuses, retryAfterOf } from './http/retry.ts';
import type { RegistryClient, RegistryRequest } from './registry-client.ts';

/** Blobs up to this size go in one request together with the end of the upload. */
const smallBlob = 1 << 20;

/** The requests of one blob's upload have these in common. */
export interface BlobUpload {
  readonly client: RegistryClient;
  readonly blob: Descriptor;
  readonly file: string;
  readonly patience: Patience;
  readonly common: Pick<RegistryRequest, 'scopes' | 'subject'>;
}

/** The registry no longer knows the upload, or cannot say how far it got: only a new one helps. */
export class UploadLost extends Error {
  readonly retryAfter: number | undefined;

  constructor(cause: unknown, retryAfter?: number) {
    super('the upload is lost', { cause });
    this.retryAfter = retryAfter;
  }
}

/** Sends a blob's bytes to a started upload; returns where to end it, with the bytes where they are few. */
export async function sendContent(
  upload: BlobUpload,
  start: URL,
): Promise<{ readonly location: URL; readonly rest?: Uint8Array }> {
  const { blob, file, patience } = upload;
  if (blob.size <= smallBlob) return { location: start, rest: await readFile(file) };
  let location = start;
  let offset = 0;
  while (offset < blob.size) {
    try {
      const response = await sendFrom(upload, location, offset);
      location = locationOf(response);
      offset = (offsetOf(response) ?? blob.size - 1) + 1;
      patience.progressed();
    } catch (error) {
      if (!isPassing(error) || !(await patience.again())) throw error;
      const state = await askHowFar(upload, location, error);
      if (state.offset > offset) patience.progressed();
      ({ location, offset } = state);
    }
  }
  return { location };
}

async function sendFrom(upload: BlobUpload, location: URL, offset: number): Promise<HttpResponse> {
  const { client, blob, common } = upload;
  const size = blob.size - offset;
  const range = offset === 0 ? {} : { 'content-range': `${offset}-${blob.size - 1}` };
  const request: RegistryRequest = {
    method: 'PATCH',
    target: location,
    headers: { 'content-type': 'application/octet-stream', ...range },
    body: {
      size,
      open: () => createReadStream(upload.file, { start: offset }).pipe(counted(upload, offset)),
    },
    ...common,
    expect: [202],
  };
  const response = await client.attempt(request);
  if (response.status === 202) {
    await dropBody(response);
    return response;
  }
  const failure = await client.failure(response, request);
  if (passingStatuses.includes(response.status) || response.status === 404 || response.status === 416)
    throw new UploadLost(failure, retryAfterOf(response.headers['retry-after']));
  throw failure;
}

/** Asks the registry how much it has; only a registry that keeps the beginning of a cut request has more than nothing. */
async function askHowFar(
  { client, blob, common }: BlobUpload,
  location: URL,
  reason: unknown,
): Promise<{ location: URL; offset: number }> {
  const response = await client.attempt({ method: 'GET', target: location, ...common, expect: [204] });
  await dropBody(response);
  const last = offsetOf(response);
  if ((response.status !== 204 && response.status !== 202) || last === undefined)
    throw new UploadLost(reason);
  const offset = Math.min(last + 1, blob.size);
  return { location: response.headers.location === undefined ? location : locationOf(response), offset };
}

/** Last byte that the registry has, of `Range: 0-<last>`. Nothing at all is written as `0-0`, which the sizes here cannot be. */
function offsetOf({ headers }: HttpResponse): number | undefined {
  const range = /^(?:bytes=)?0-(\d+)$/.exec(String(headers.range ?? ''))?.[1];
  if (range === undefined) return undefined;
  return range === '0' ? -1 : Number(range);
}

function counted({ client, blob }: BlobUpload, offset: number): Transform {
  let done = offset;
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      done += chunk.length;
      client.options.onProgress?.({ kind: 'upload', blob, done });
      next(null, chunk);
    },
  });
}
