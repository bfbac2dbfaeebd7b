import type { ErrorRecord } from '../../core/error.ts';
import type { AttemptReport } from '../attempt.ts';
import { bundleMissing, handlerNotFound } from '../errors.ts';
import { deliveryInvalid } from './errors.ts';

/** Exit codes of a pod's agent. Those from 64 to 66 mean that another attempt would end the same. */
export const agentExit = {
  completed: 0,
  failed: 1,
  badConfiguration: 64,
  badInput: 65,
  badBundle: 66,
  /** The tracking server could not be reached. */
  unreported: 75,
  /** As after SIGTERM. */
  stopped: 143,
} as const;

/** The exit code that says how an attempt ended. */
export function agentExitCode({ state, error }: Pick<AttemptReport, 'state' | 'error'>): number {
  if (state === 'completed') return agentExit.completed;
  if (state === 'aborted') return agentExit.stopped;
  return error ? errorExitCode(error) : agentExit.failed;
}

function errorExitCode({ code, kind }: ErrorRecord): number {
  if (code === bundleMissing.code || code === handlerNotFound.code) return agentExit.badBundle;
  if (code === deliveryInvalid.code) return agentExit.badConfiguration;
  return kind === 'usage' || kind === 'not-found' ? agentExit.badInput : agentExit.failed;
}
