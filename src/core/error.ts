import { renderErrorText } from './error-text.ts';
import { globalState } from './global-state.ts';

/** What sort of failure an error is; the kind alone decides exit code and HTTP status. */
export type ErrorKind =
  | 'usage'
  | 'not-found'
  | 'auth'
  | 'conflict'
  | 'unavailable'
  | 'user-code'
  | 'failed'
  | 'timeout'
  | 'cancelled'
  | 'internal';

/** A place in the user's source: a notebook cell (counted among code cells, from 1) or a file. */
export interface SourceLocation {
  readonly notebook?: string;
  readonly cell?: number;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The source line itself, for showing it under the message. */
  readonly sourceLine?: string;
}

/** An error as it stands in journals, on the wire and in `-o json`. */
export interface ErrorRecord extends SourceLocation {
  readonly code: string;
  readonly message: string;
  readonly kind?: ErrorKind;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** The user's own frames only; never shown for expected errors. */
  readonly stack?: string;
}

export interface ErrorOptions {
  /** What the reader can do about it. */
  readonly hint?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
  readonly location?: SourceLocation | undefined;
  /** Milliseconds after which trying again makes sense. */
  readonly retryAfter?: number | undefined;
}

const brand = Symbol.for('slipway.error');

/** Every error that Slipway raises on purpose. Check with `isSlipwayError`, never `instanceof`: several copies can be loaded. */
export class SlipwayError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly location: SourceLocation | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: string, kind: ErrorKind, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SlipwayError';
    Object.defineProperty(this, brand, { value: true });
    this.code = code;
    this.kind = kind;
    this.hint = options.hint;
    this.details = options.details;
    this.location = options.location;
    this.retryAfter = options.retryAfter;
    Object.defineProperty(this, Symbol.for('nodejs.util.inspect.custom'), { value: showError });
    if (display().byStack() && kind !== 'internal') this.stack = renderErrorText(errorRecord(this));
  }

  toJSON(): ErrorRecord {
    return errorRecord(this);
  }
}

const display = (): { byStack: () => boolean } =>
  globalState('error-display', () => ({ byStack: () => false }));

/**
 * For kernels that show nothing of an error but its `stack`: where `applies` says so, that of an expected error is what it has
 * to say.
 */
export function showErrorsByStack(applies: () => boolean): void {
  display().byStack = applies;
}

/** How consoles and notebook kernels show an error: an expected one without a stack. */
function showError(this: SlipwayError): string {
  const text = renderErrorText(errorRecord(this));
  return this.kind === 'internal' && this.stack ? `${text}\n${this.stack}` : text;
}

/** Makes one kind of error: `throw runNotFound('run "x" does not exist', { hint })`. */
export type ErrorFactory = ((message: string, options?: ErrorOptions) => SlipwayError) & {
  readonly code: string;
  readonly kind: ErrorKind;
  /** Whether this error, possibly revived from another process, is of this code. */
  readonly is: (error: unknown) => error is SlipwayError;
};

/**
 * Declares an error code. Every room declares its own in its `errors.ts`; `docs/errors.md` lists them all and a test
 * compares both ways. `summary` is the sentence that the list shows.
 */
export function defineError(code: string, kind: ErrorKind, _summary: string): ErrorFactory {
  const create = (message: string, options?: ErrorOptions): SlipwayError =>
    new SlipwayError(code, kind, message, options);
  const is = (error: unknown): error is SlipwayError => isSlipwayError(error) && error.code === code;
  return Object.assign(create, { code, kind, is });
}

export function isSlipwayError(error: unknown): error is SlipwayError {
  return typeof error === 'object' && error !== null && brand in error;
}

/** What any thrown value says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The record of any thrown value; what is no SlipwayError gets the code `INTERNAL`. */
export function errorRecord(error: unknown): ErrorRecord {
  if (!isSlipwayError(error)) return { code: 'INTERNAL', kind: 'internal', message: messageOf(error) };
  return {
    code: error.code,
    kind: error.kind,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.details === undefined ? {} : { details: error.details }),
    ...(error.location ?? {}),
  };
}

/** The error that a record stands for, e.g. after crossing a process boundary. */
export function reviveError(record: ErrorRecord): SlipwayError {
  const {
    code,
    kind = 'internal',
    message,
    hint,
    details,
    notebook,
    cell,
    file,
    line,
    column,
    sourceLine,
  } = record;
  const location = Object.fromEntries(
    Object.entries({ notebook, cell, file, line, column, sourceLine }).filter(
      ([, value]) => value !== undefined,
    ),
  ) as SourceLocation;
  return new SlipwayError(code, kind, message, {
    hint,
    details,
    location: Object.keys(location).length ? location : undefined,
  });
}

/** Exit code of the command line for each kind of error (DESIGN: command line). */
export const exitCodes: Readonly<Record<ErrorKind, number>> = {
  usage: 2,
  'not-found': 3,
  auth: 4,
  conflict: 5,
  timeout: 124,
  cancelled: 130,
  unavailable: 1,
  'user-code': 1,
  failed: 1,
  internal: 1,
};
