import path from 'node:path';
import { inspect, types } from 'node:util';
import { type ErrorRecord, errorRecord, isSlipwayError } from '../core/error.ts';
import { userCodeFailed } from './errors.ts';
import { renderFrame, type UserFrame, userFrames } from './user-frames.ts';

/**
 * What a value thrown by user code says, for journals and messages: name and message with the causes, the cell or file and
 * line in the user's source, and only the user's own frames. Errors that Slipway raised on behalf of user code keep their code.
 * @param bundleDirectory bundle that ran; found from the stack where it is not given
 */
export function userErrorRecord(error: unknown, bundleDirectory?: string): ErrorRecord {
  const frames = stackFrames(error, bundleDirectory);
  const message = describe(error);
  return {
    ...baseRecord(error, message, bundleDirectory),
    ...(frames[0]?.location ?? {}),
    ...(frames.length > 0 ? { stack: renderStack(error, message, bundleDirectory) } : {}),
  };
}

function baseRecord(error: unknown, message: string, bundleDirectory: string | undefined): ErrorRecord {
  if (isSlipwayError(error)) return slipwayRecord(errorRecord(error));
  const { code, kind } = userCodeFailed;
  const hint = hintFor(error, bundleDirectory);
  const details = isError(error) ? errorDetails(error) : {};
  return {
    code,
    kind,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(Object.keys(details).length > 0 ? { details } : {}),
  };
}

/** The run had started: what would be wrong usage before it is a failure of the code now. */
function slipwayRecord(record: ErrorRecord): ErrorRecord {
  const beforeTheRun = ['usage', 'not-found', 'conflict', 'auth'];
  return record.kind && beforeTheRun.includes(record.kind)
    ? { ...record, kind: userCodeFailed.kind }
    : record;
}

function describe(error: unknown): string {
  if (isSlipwayError(error)) return error.message;
  if (!isError(error)) return `user code threw ${shown(error)}, not an Error`;
  const own = `${error.name || 'Error'}: ${error.message || '(no message)'}`;
  return own + innerErrors(error) + causes(error);
}

function innerErrors(error: Error): string {
  if (!('errors' in error) || !Array.isArray(error.errors) || error.errors.length === 0) return '';
  const shownErrors = error.errors
    .slice(0, 5)
    .map((inner) => (isError(inner) ? headline(inner) : shown(inner)));
  const more = error.errors.length > 5 ? `, and ${error.errors.length - 5} more` : '';
  return ` [${shownErrors.join('; ')}${more}]`;
}

function causes(error: Error): string {
  const list = causeChain(error).map(
    (cause) => ` (caused by ${isError(cause) ? headline(cause) : shown(cause)})`,
  );
  return list.join('');
}

/** A chain of causes may run in a circle. */
function causeChain(error: Error): unknown[] {
  const chain: unknown[] = [];
  let at: unknown = error;
  while (isError(at) && at.cause !== undefined && chain.length < 5 && !chain.includes(at.cause)) {
    chain.push(at.cause);
    at = at.cause;
  }
  return chain;
}

const headline = (error: Error): string => `${error.name}: ${error.message}`;

function shown(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  const text = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
  return `${text.length > 200 ? `${text.slice(0, 199)}…` : text} (${typeof value})`;
}

function errorDetails(error: Error): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  return { name: error.name, ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}) };
}

function hintFor(error: unknown, bundleDirectory: string | undefined): string | undefined {
  if (!isError(error)) return 'throw an Error: it carries the place where it happened';
  const missing = /Cannot find (?:package|module) '((?:@[\w.-]+\/)?\w[\w.-]*)/.exec(error.message)?.[1];
  if (missing !== undefined)
    return `write the name "${missing}" in the import itself, so that it is bundled; or \`npm install ${missing}\`, and for an image add it to its requirements (--requirement ${missing})`;
  return isBesideBundle(error, bundleDirectory)
    ? 'files beside the source are not there when it runs: take the file as an input (a parameter of type DataItem, then --input)'
    : undefined;
}

/** Code that looks for a file beside itself finds the bundle's folder. */
function isBesideBundle(error: Error, bundleDirectory: string | undefined): boolean {
  const { code, path: file } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' || bundleDirectory === undefined || file === undefined) return false;
  return path.resolve(file).startsWith(path.resolve(bundleDirectory) + path.sep);
}

/** Frames of the error, or of the first cause or inner error that has any. */
function stackFrames(error: unknown, bundleDirectory: string | undefined): UserFrame[] {
  if (!isError(error)) return [];
  const inner = 'errors' in error && Array.isArray(error.errors) ? (error.errors as unknown[]) : [];
  for (const each of [error, ...causeChain(error), ...inner]) {
    const frames = isError(each) ? userFrames(String(each.stack ?? ''), bundleDirectory) : [];
    if (frames.length > 0) return frames;
  }
  return [];
}

function renderStack(error: unknown, message: string, bundleDirectory: string | undefined): string {
  const parts = [
    message,
    ...stackFrames(error, bundleDirectory).map((frame) => `    at ${renderFrame(frame)}`),
  ];
  for (const cause of isError(error) ? causeChain(error) : []) {
    if (!isError(cause)) continue;
    parts.push(`caused by ${headline(cause)}`);
    parts.push(
      ...userFrames(String(cause.stack ?? ''), bundleDirectory).map(
        (frame) => `    at ${renderFrame(frame)}`,
      ),
    );
  }
  return parts.join('\n');
}

/** Also for errors of another realm: a notebook kernel's, a worker's. */
function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}
