import { type ErrorFactory, isSlipwayError, messageOf, type SlipwayError } from '../../../core/error.ts';
import {
  kubernetesConflict,
  kubernetesFailed,
  kubernetesGone,
  kubernetesInvalid,
  kubernetesNotFound,
  kubernetesRefused,
  kubernetesUnreachable,
} from '../errors.ts';

interface FailedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Body of the answer: a Status object, or what a proxy before the API server says. */
  readonly text: string;
}

const factories: Readonly<Record<number, { readonly make: ErrorFactory; readonly hint: string }>> = {
  400: { make: kubernetesInvalid, hint: 'the request itself is wrong: see the message' },
  401: {
    make: kubernetesRefused,
    hint: 'the credentials of the kubeconfig are not (or no longer) valid: log in again',
  },
  403: {
    make: kubernetesRefused,
    hint: 'ask for a role with this right; `slipway kubernetes manifest` renders what is needed',
  },
  404: { make: kubernetesNotFound, hint: 'check name and namespace' },
  409: { make: kubernetesConflict, hint: 'somebody else made or changed it: look at it with `kubectl get`' },
  410: { make: kubernetesGone, hint: 'list again and go on from there' },
  422: { make: kubernetesInvalid, hint: 'change the field that is named' },
};

/** The error that a status other than success stands for. */
export function apiError({ method, path, status, text }: FailedRequest): SlipwayError {
  const { make, hint } = factories[status] ?? {
    make: kubernetesFailed,
    hint: 'try again; see the logs of the API server if it stays',
  };
  const { message, reason, retryAfter } = parseStatus(text);
  return make(`the API server answers ${method} ${path} with ${status}: ${message}`, {
    hint,
    details: { status, ...(reason === undefined ? {} : { reason }) },
    ...(retryAfter === undefined ? {} : { retryAfter: retryAfter * 1000 }),
  });
}

function parseStatus(text: string): { message: string; reason?: string; retryAfter?: number } {
  try {
    const { message, reason, details } = JSON.parse(text) as {
      message?: string;
      reason?: string;
      details?: { retryAfterSeconds?: number };
    };
    const retryAfter = details?.retryAfterSeconds;
    return {
      message: message ?? 'no reason given',
      ...(reason === undefined ? {} : { reason }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
  } catch {
    return { message: text.trim().slice(0, 500) || 'no reason given' };
  }
}

/** What it means that no answer came. */
export function unreachableError(server: string, error: unknown, signal: AbortSignal): unknown {
  if (isSlipwayError(error)) return error;
  const reason: unknown = signal.reason;
  const timedOut = signal.aborted && reason instanceof Error && reason.name === 'TimeoutError';
  if (signal.aborted && !timedOut) return reason ?? error;
  const said = timedOut ? 'it does not answer in time' : causeOf(error);
  return kubernetesUnreachable(`the API server ${server} cannot be reached: ${said}`, {
    hint: 'check that the cluster runs, and context and server of the kubeconfig',
    cause: error,
  });
}

function causeOf(error: unknown): string {
  // several addresses tried, no message of its own
  if (error instanceof AggregateError) return error.errors.map(causeOf).join(', ');
  return messageOf(error);
}

/** Whether an error may pass by itself: no connection, overload, a server that is starting. */
export function isPassing(error: unknown): boolean {
  if (kubernetesUnreachable.is(error)) return true;
  if (!kubernetesFailed.is(error)) return false;
  const status = error.details?.status;
  return status === 429 || (typeof status === 'number' && status >= 500);
}
