import { nearestName } from '../core/nearest-name.ts';
import type { HandlerSpec } from '../functions/function-spec.ts';
import type { RunRequest } from './workspace.ts';
import { invalidRequest } from './workspace-errors.ts';

/**
 * Refuses limits that no run can keep and options that contradict each other, before anything starts.
 * @throws INVALID_REQUEST with all that is wrong
 */
export function checkRequest(handler: HandlerSpec, request: RunRequest): void {
  const problems = [...wrongLimits(request), ...doublyGiven(request), ...unknownReturns(handler, request)];
  if (problems.length > 0)
    throw invalidRequest(problems.map(({ message }) => message).join('; '), {
      hint: [...new Set(problems.map(({ hint }) => hint))].join('; '),
    });
}

interface Problem {
  readonly message: string;
  readonly hint: string;
}

function wrongLimits({ timeoutMs, retry, resources }: RunRequest): Problem[] {
  return [
    ...unless(
      positive(timeoutMs),
      `a timeout of ${timeoutMs} ms gives a run no time`,
      'leave it out or give more than 0',
    ),
    ...unless(
      count(retry?.retries),
      `${retry?.retries} retries are no number of retries`,
      'give a whole number from 0',
    ),
    ...unless(
      positive(resources?.cpus),
      `${resources?.cpus} cpus cannot run anything`,
      'give more than 0 cpus',
    ),
    ...unless(
      positive(resources?.memory),
      `${resources?.memory} bytes of memory cannot hold anything`,
      'give e.g. 512Mi',
    ),
  ];
}

/** A value and a list of values to try for one parameter: one of them would be lost without a word. */
function doublyGiven({ params, paramTexts, sweep }: RunRequest): Problem[] {
  const tried = Object.keys(sweep?.hyperparams ?? {});
  return tried
    .filter((key) => Object.hasOwn(params ?? {}, key) || Object.hasOwn(paramTexts ?? {}, key))
    .map((key) => ({
      message: `"${key}" is given as a param and as a hyper-parameter`,
      hint: 'give it as one of the two',
    }));
}

function unknownReturns({ name, results }: HandlerSpec, { returns = {} }: RunRequest): Problem[] {
  const known = results.map((result) => result.name);
  // where the source does not tell what a handler returns, only the run can
  if (known.length === 0) return [];
  return Object.keys(returns)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const near = nearestName(key, known);
      return {
        message: `handler "${name}" returns no "${key}"`,
        hint: near ? `did you mean "${near}"?` : `it returns: ${known.join(', ')}`,
      };
    });
}

const positive = (value: number | undefined): boolean => value === undefined || value > 0;

const count = (value: number | undefined): boolean =>
  value === undefined || (Number.isInteger(value) && value >= 0);

function unless(isRight: boolean, message: string, hint: string): Problem[] {
  return isRight ? [] : [{ message, hint }];
}
