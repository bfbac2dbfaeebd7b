import { nearestName } from '../core/nearest-name.ts';
import type { Context } from './context.ts';
import type { ContextState } from './context-state.ts';
import { inputNotFound, invalidValue, secretNotFound } from './errors.ts';
import { checkKey, checkMetricValue, checkStep, checkValue } from './log-value.ts';

type LogCalls = Pick<
  Context,
  'logResult' | 'logResults' | 'logMetric' | 'logMetrics' | 'setLabel' | 'commit' | 'secret' | 'input'
>;

/** The members of a context that append to the journal and return. */
export function createLogCalls(state: ContextState): LogCalls {
  const calls: LogCalls = {
    logResult: (key, value) => logResult(state, key, value),
    logResults: (results) => {
      for (const [key, value] of entriesOf('logResults', results)) logResult(state, key, value);
    },
    logMetric: (key, value, options = {}) => logMetric(state, key, value, options),
    logMetrics: (metrics, options = {}) => {
      for (const [key, value] of entriesOf('logMetrics', metrics)) logMetric(state, key, value, options);
    },
    setLabel: (key, value) => {
      state.append('setLabel', { kind: 'label', key: checkKey('label', key), value: String(value) });
      state.labels[key] = String(value);
    },
    commit: (message = '') => state.append('commit', { kind: 'commit', message: String(message) }),
    secret: (name) => secret(state, name),
    input: (key) => {
      const { inputs, name } = state.options;
      const item = Object.hasOwn(inputs, key) ? inputs[key] : undefined;
      if (item !== undefined) return item;
      const nearest = nearestName(key, Object.keys(inputs));
      throw inputNotFound(`run "${name}" has no input "${key}"`, {
        hint: nearest ? `did you mean "${nearest}"?` : `it has ${listNames(Object.keys(inputs))}`,
      });
    },
  };
  return calls;
}

function logResult(state: ContextState, key: string, value: unknown): void {
  checkKey('result', key);
  state.append('logResult', { kind: 'result', key, value: checkValue('result', key, value) });
}

function logMetric(
  state: ContextState,
  key: string,
  value: number,
  options: { step?: number; context?: Readonly<Record<string, string>> },
): void {
  const step = checkStep(key, options.step);
  const context =
    options.context &&
    Object.fromEntries(Object.entries(options.context).map(([name, text]) => [name, String(text)]));
  state.append('logMetric', {
    kind: 'metric',
    key: checkKey('metric', key),
    value: checkMetricValue(key, value),
    ...(step === undefined ? {} : { step }),
    ...(context === undefined ? {} : { context }),
  });
}

function secret(state: ContextState, name: string): string {
  const { secrets } = state.options;
  const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  if (value !== undefined) return value;
  const nearest = nearestName(name, Object.keys(secrets));
  throw secretNotFound(`run "${state.options.name}" was not given the secret "${name}"`, {
    hint: nearest
      ? `did you mean "${nearest}"?`
      : `name it when the run is submitted: --secret ${name}, or secrets: ['${name}']`,
  });
}

function entriesOf(call: string, values: unknown): [string, never][] {
  if (typeof values === 'object' && values !== null && !Array.isArray(values))
    return Object.entries(values) as [string, never][];
  throw invalidValue(`${call} was given ${values === null ? 'null' : `a value of type ${typeof values}`}`, {
    hint: 'give an object: names and their values',
  });
}

function listNames(names: readonly string[]): string {
  return names.length === 0 ? 'no inputs' : `the inputs ${names.map((name) => `"${name}"`).join(', ')}`;
}
