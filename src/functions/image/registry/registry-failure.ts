import { isSlipwayError, type SlipwayError } from '../../../core/error.ts';
import {
  imageNotFound,
  registryCertificateInvalid,
  registryConnectionLost,
  registryFailed,
  registryForbidden,
  registryRateLimited,
  registryRefused,
  registryUnreachable,
} from './errors.ts';
import { retryAfterOf } from './http/retry.ts';

/** What was asked of which registry; the words that errors use. */
export interface Asked {
  readonly registry: string;
  /** The thing, as the subject of a sentence: `the image "host/name:tag"`. */
  readonly subject: string;
}

const unresolved: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN'];
const absent: readonly string[] = ['ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL'];

/** An error of the network in our words. */
export function networkFailure(error: unknown, { registry, subject }: Asked): unknown {
  if (isSlipwayError(error)) return error;
  const { code = '', message = '' } = (error ?? {}) as NodeJS.ErrnoException;
  const hint = 'check the name and that the registry runs and can be reached from here';
  if (unresolved.includes(code))
    return registryUnreachable(`the registry "${registry}" has a name that does not resolve`, {
      hint,
      cause: error,
    });
  if (absent.includes(code))
    return registryUnreachable(`nothing answers at the registry "${registry}"`, { hint, cause: error });
  if (code === 'ETIMEDOUT')
    return registryUnreachable(`the registry "${registry}" gave no sign of life in time`, {
      hint,
      cause: error,
    });
  if (/CERT|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|ERR_TLS/.test(code))
    return registryCertificateInvalid(
      `the certificate of the registry "${registry}" is not trusted: ${message}`,
      {
        hint: 'name the certificate of its authority (a PEM file) with --registry-ca or SSL_CERT_FILE',
        cause: error,
      },
    );
  if (code.startsWith('ERR_SSL') || code === 'EPROTO')
    return registryUnreachable(`the registry "${registry}" does not speak TLS`, {
      hint: 'if plain HTTP is meant, allow it with --insecure-registry',
      cause: error,
    });
  if (/^(E[A-Z]+|ERR_STREAM_PREMATURE_CLOSE|HPE_.*)$/.test(code) || message === 'aborted')
    return registryConnectionLost(`${subject}: the connection to "${registry}" was cut`, {
      hint: 'try again: what arrived already is not sent again',
      cause: error,
    });
  return error;
}

/** An answer that is no success in our words. */
export interface BadAnswer {
  readonly status: number;
  readonly retryAfter?: string | undefined;
  /** The registry's own text. */
  readonly text: string;
}

export function answerFailure(answer: BadAnswer, asked: Asked): SlipwayError {
  const { registry, subject } = asked;
  const said = sayings(answer.text);
  const because = said === '' ? '' : `: ${said}`;
  if (answer.status === 403)
    return registryForbidden(`${subject}: the registry "${registry}" does not permit it${because}`, {
      hint: 'ask for the permission to read (and, for a push, write) this repository, or log in as another user',
    });
  if (answer.status === 404)
    return imageNotFound(`${subject} does not exist in the registry "${registry}"${because}`, {
      hint: 'check the name and the tag; some registries say this too of what you may not see',
    });
  if (answer.status === 429) {
    const retryAfter = retryAfterOf(answer.retryAfter);
    const wait = retryAfter === undefined ? 'a while' : `${Math.ceil(retryAfter / 1000)} s`;
    return registryRateLimited(`the registry "${registry}" takes no more requests at the moment${because}`, {
      hint: `try again in ${wait}; logging in often raises the limit`,
      retryAfter,
    });
  }
  if (answer.status >= 500)
    return registryFailed(
      `${subject}: the registry "${registry}" failed with status ${answer.status}${because}`,
      {
        hint: 'try again later; if it stays so, tell those who run the registry',
      },
    );
  return registryRefused(
    `${subject}: the registry "${registry}" answered with status ${answer.status}${because}`,
    { hint: 'check the name, and that the server is a container registry' },
  );
}

/** The messages in a registry's JSON answer; nothing of any other text. */
function sayings(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: readonly { code?: unknown; message?: unknown }[] };
    return (errors ?? [])
      .map(({ code, message }) => String(message || code || ''))
      .filter((line) => line !== '')
      .join('; ')
      .slice(0, 300);
  } catch {
    return '';
  }
}
