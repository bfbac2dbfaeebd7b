import type { Json } from '../../core/json.ts';
import { type OptionValues, optionTable } from '../../core/option-table.ts';
import type { PackagedFunction } from '../../functions/function-spec.ts';
import type { Workspace } from '../../projects/workspace.ts';
import type { SweepSpec } from '../../tuning/sweep.ts';
import { usageError } from '../errors.ts';
import { readParamFile } from './read-param-file.ts';

export type SweepOptionName =
  | 'handler'
  | 'seed'
  | 'hyperparam'
  | 'paramFile'
  | 'strategy'
  | 'selector'
  | 'maxIterations'
  | 'maxErrors'
  | 'stop'
  | 'parallel';

type SweepOptions = Pick<OptionValues, SweepOptionName>;

// a seed or a parallelism set for every command does not make a run a sweep
const onlyForSweeps = ['selector', 'maxIterations', 'maxErrors', 'stop'] as const;

/** The sweep that the flags ask for; undefined for a plain run. */
export async function createSweep(
  workspace: Workspace,
  packaged: PackagedFunction,
  options: SweepOptions,
): Promise<SweepSpec | undefined> {
  const hyperparams = parseHyperparams(options.hyperparam);
  const custom = options.strategy === 'custom';
  if (!hyperparams && options.paramFile === undefined && !custom) {
    refuseLoneOptions(options);
    return undefined;
  }
  if (hyperparams && options.paramFile !== undefined)
    throw usageError('--hyperparam and --param-file were both given', {
      hint: 'put all values into one of them',
    });
  const file =
    options.paramFile === undefined
      ? {}
      : await readParamFile(workspace, packaged, options.paramFile, options.handler);
  const strategy = options.strategy ?? (file.trials ? 'list' : undefined);
  if (file.trials && strategy !== 'list')
    throw usageError(
      `--strategy "${strategy}" does not go with the list of trials in "${options.paramFile}"`,
      {
        hint: 'leave --strategy out, or give the values as --hyperparam or as JSON lists by parameter',
      },
    );
  return {
    ...(hyperparams ? { hyperparams } : {}),
    ...file,
    ...(strategy ? { strategy } : {}),
    ...limits(options),
  };
}

function limits(options: SweepOptions): SweepSpec {
  return {
    ...(options.selector === undefined ? {} : { selector: options.selector }),
    ...(options.maxIterations === undefined ? {} : { maxIterations: options.maxIterations }),
    ...(options.maxErrors === undefined ? {} : { maxErrors: options.maxErrors }),
    ...(options.stop === undefined ? {} : { stop: options.stop }),
    ...(options.parallel === undefined ? {} : { parallel: options.parallel }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  };
}

function refuseLoneOptions(options: SweepOptions): void {
  const given = [...onlyForSweeps, 'strategy' as const].find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw usageError(`${optionTable[given].flag} was given, but nothing to try`, {
    hint: "add --hyperparam key='[1,2,3]' or --param-file trials.csv",
  });
}

function parseHyperparams(texts: Readonly<Record<string, string>>): SweepSpec['hyperparams'] {
  const entries = Object.entries(texts).map(([key, text]) => [key, parseValues(key, text)] as const);
  return entries.length ? Object.fromEntries(entries) : undefined;
}

function parseValues(key: string, text: string): readonly Json[] {
  const hint = `write the values as a JSON array: --hyperparam ${key}='[1, 2, 3]'`;
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (cause) {
    throw usageError(`--hyperparam "${key}=${text}" is not JSON`, { hint, cause });
  }
  if (!Array.isArray(values)) throw usageError(`--hyperparam "${key}=${text}" is not an array`, { hint });
  if (values.length === 0) throw usageError(`--hyperparam "${key}" has no values`, { hint });
  return values as Json[];
}
