import { type ErrorRecord, errorRecord } from '../../core/error.ts';
import type { AttemptReport } from '../attempt.ts';

/** What a pod says at its end where everybody who may look at it finds it: how its attempt ended. */
export interface LastWord {
  readonly state: AttemptReport['state'];
  /** Whether the run's journal says so, and its server has it. */
  readonly written: boolean;
  /** Exit code of user code, where it ended its process itself. */
  readonly exit?: number;
  /** Only where it is false: part of what the run logged goes with the pod. */
  readonly shipped?: false;
  readonly reason?: string;
  readonly code?: string;
  readonly message?: string;
  readonly error?: ErrorRecord;
}

/** What the cluster keeps of it; bytes. */
const longest = 4096;

/** The last word of an attempt, in the bytes that there are: what does not fit is left out from the inside. */
export function renderLastWord(
  { state, written, exitCode, reason, error }: AttemptReport,
  { shipped = true }: { readonly shipped?: boolean } = {},
): string {
  const left = shipped ? {} : { shipped };
  const word = {
    ...left,
    ...(error ? { code: error.code, message: error.message } : {}),
    ...(exitCode === undefined ? {} : { exit: exitCode }),
    state,
    written,
    ...(reason === undefined ? {} : { reason }),
  };
  const { code, kind, message, hint } = error ?? { code: '', message: '' };
  const short = { code, message: '', ...(kind ? { kind } : {}), ...(hint ? { hint } : {}) };
  const candidates = [
    ...(error
      ? [
          { ...word, error },
          { ...word, error: short },
        ]
      : [word]),
    {
      ...word,
      message: message.slice(0, 1000),
      reason: reason?.slice(0, 500),
      error: { code, message: '', kind },
    },
    { code, message: message.slice(0, 400), state, written, ...left },
  ];
  const fitting = candidates
    .map((one) => JSON.stringify(one))
    .find((text) => Buffer.byteLength(text) <= longest);
  return fitting ?? JSON.stringify({ code, state, written, ...left });
}

/** The last word of a pod; undefined where what its container left is none. */
export function parseLastWord(text: string | undefined): LastWord | undefined {
  try {
    const word = JSON.parse(text ?? '') as LastWord;
    if (typeof word.state !== 'string') return undefined;
    return word.error === undefined ? word : { ...word, error: withMessage(word) };
  } catch {
    return undefined;
  }
}

/** An error's message is written once where there is little room. */
function withMessage({ error, message = '' }: LastWord): ErrorRecord {
  const { message: own, ...rest } = error ?? errorRecord(new Error(message));
  return { ...rest, message: own === '' ? message : own };
}
