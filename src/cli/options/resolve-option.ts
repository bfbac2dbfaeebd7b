import { isSlipwayError } from '../../core/error.ts';
import { type OptionEntry, type OptionName, optionTable } from '../../core/option-table.ts';
import { invalidSetting } from '../errors.ts';
import { parseOption, type RawOption } from './parse-option.ts';

/** Where settings come from, beside flags. `project` and `user` are the parsed YAML files. */
export interface SettingSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly project: Readonly<Record<string, unknown>>;
  readonly user: Readonly<Record<string, unknown>>;
}

export type Origin = 'flag' | 'environment' | 'project.yaml' | 'config.yaml' | 'default';

/** One option's value and where it was found; `value` is undefined when it was given nowhere and has no default. */
export interface ResolvedOption {
  readonly name: OptionName;
  readonly origin: Origin;
  /** The very thing that gave it: `--runtime`, `SLIPWAY_RUNTIME`, `runtime`. */
  readonly source?: string;
  readonly value: unknown;
}

/** Flag before environment before project.yaml before the user's config.yaml before the default. */
export function resolveOption(
  name: OptionName,
  flag: RawOption | undefined,
  sources: SettingSources,
): ResolvedOption {
  const entry = optionTable[name];
  if (flag !== undefined) {
    const label = entry.flag ?? entry.short ?? name;
    return { name, origin: 'flag', source: label, value: parseOption(entry, flag, label) };
  }
  return (
    fromText(name, entry, 'environment', entry.env, entry.env && sources.env[entry.env]) ??
    fromText(name, entry, 'project.yaml', entry.project, nested(sources.project, entry.project)) ??
    fromText(name, entry, 'config.yaml', entry.user, entry.user && sources.user[entry.user]) ?? {
      name,
      origin: 'default',
      value: defaultOf(entry),
    }
  );
}

function fromText(
  name: OptionName,
  entry: OptionEntry,
  origin: Origin,
  source: string | undefined,
  given: unknown,
): ResolvedOption | undefined {
  if (source === undefined || given === undefined || given === null || given === '') return undefined;
  const raw = typeof given === 'boolean' ? given : String(given);
  try {
    return { name, origin, source, value: parseOption(entry, raw, source) };
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    const place =
      origin === 'environment' ? `environment variable ${source}` : `setting "${source}" in ${origin}`;
    throw invalidSetting(`${place} cannot be used: ${error.message}`, { hint: error.hint, cause: error });
  }
}

function defaultOf(entry: OptionEntry): unknown {
  if (entry.default !== undefined) return entry.default;
  if (entry.type === 'pair') return {};
  if (entry.type === 'list') return [];
  return entry.type === 'flag' ? false : undefined;
}

function nested(object: Readonly<Record<string, unknown>>, dotted: string | undefined): unknown {
  if (dotted === undefined) return undefined;
  let at: unknown = object;
  for (const part of dotted.split('.')) at = (at as Readonly<Record<string, unknown>> | undefined)?.[part];
  return at;
}
