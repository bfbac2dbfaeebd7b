import type { HandlerSpec } from '../functions/function-spec.ts';
import type { IterationRecord } from '../tracking/run.ts';
import { invalidSelector } from './errors.ts';
import { parseSelector } from './select-best.ts';
import { trialValue } from './trial-value.ts';

/**
 * Refuses a selector that no trial can have a number for, as far as the handler's signature tells: metrics that it logs are not in it.
 * @throws INVALID_SELECTOR
 */
export function checkSelector(selector: string, { name: handler, results }: HandlerSpec): void {
  const { name } = parseSelector(selector);
  const found = results.find((result) => result.name === name);
  const what =
    found?.role === 'artifact' ? 'an artifact' : found?.typeText === 'string' ? 'a text' : undefined;
  if (what === undefined) return;
  const numbers = results.filter(({ role, typeText }) => role === 'result' && typeText !== 'string');
  const known = numbers.map((one) => `"${one.name}"`).join(', ');
  throw invalidSelector(
    `selector "${selector}" names the result "${name}" of "${handler}", which is ${what}`,
    {
      hint: known === '' ? 'select by a metric that the handler logs' : `select by one of: ${known}`,
    },
  );
}

/**
 * Notices that a selector is misspelt before all trials have run: as many as run at once have completed, and none has a number under its
 * name. A name that the signature declares as a result is waited for, as some trials may leave it out.
 */
export class SelectorWatch {
  readonly #name: string | undefined;
  #lacking = 0;
  readonly #enough: number;

  constructor(selector: string | undefined, { results }: HandlerSpec, enough: number) {
    const name = selector === undefined ? undefined : parseSelector(selector).name;
    const isDeclared = results.some((result) => result.name === name?.split('.')[0]);
    this.#name = isDeclared ? undefined : name;
    this.#enough = enough;
  }

  /** Takes an ended trial; whether there is no point in starting others. */
  take(trial: IterationRecord): boolean {
    if (this.#name === undefined || trial.state !== 'completed') return false;
    if (trialValue(trial, this.#name) === undefined) this.#lacking += 1;
    else this.#lacking = Number.NEGATIVE_INFINITY;
    return this.#lacking >= this.#enough;
  }
}
