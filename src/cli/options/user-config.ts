import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { nearestName } from '../../core/nearest-name.ts';
import { type OptionName, optionTable } from '../../core/option-table.ts';
import { invalidSetting } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `~/.config/slipway/config.yaml`, or below XDG_CONFIG_HOME. */
export function userConfigFile(env: Environment): string {
  const base = env.XDG_CONFIG_HOME || path.join(env.HOME || homedir(), '.config');
  return path.join(base, 'slipway', 'config.yaml');
}

/** The user's own settings; empty where the file does not exist. Throws `INVALID_SETTING` for an unknown key. */
export async function readUserConfig(env: Environment): Promise<Readonly<Record<string, unknown>>> {
  const file = userConfigFile(env);
  if (!existsSync(file)) return {};
  const { parseDocument } = await import('yaml');
  const document = parseDocument(readFileSync(file, 'utf8'));
  const [problem] = document.errors;
  if (problem)
    throw invalidSetting(`config file "${file}" cannot be read: ${problem.message.split('\n')[0]}`, {
      hint: 'correct the YAML, or remove the file',
    });
  const content: unknown = document.toJS() ?? {};
  if (typeof content !== 'object' || Array.isArray(content) || content === null)
    throw invalidSetting(`config file "${file}" is not a list of "key: value" lines`, {
      hint: 'e.g. runtime: inline',
    });
  refuseUnknownKeys(Object.keys(content), file);
  return content as Readonly<Record<string, unknown>>;
}

function refuseUnknownKeys(keys: readonly string[], file: string): void {
  const known = (Object.keys(optionTable) as OptionName[]).flatMap((name) => optionTable[name].user ?? []);
  for (const key of keys) {
    if (known.includes(key)) continue;
    const near = nearestName(key, known);
    throw invalidSetting(`setting "${key}" in "${file}" does not exist`, {
      hint: near ? `did you mean "${near}"?` : `the settings are: ${[...new Set(known)].join(', ')}`,
    });
  }
}
