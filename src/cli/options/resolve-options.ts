import { type OptionName, type OptionValues, optionTable } from '../../core/option-table.ts';
import { findProject } from '../../projects/find-project.ts';
import type { Session } from '../session.ts';
import { type ResolvedOption, resolveOption, type SettingSources } from './resolve-option.ts';
import { readUserConfig } from './user-config.ts';

/** Values of a command's options, each from the first place that gives it; frozen. */
export async function resolveOptions(names: readonly OptionName[], session: Session): Promise<OptionValues> {
  const sources = await readSources(names, session);
  const values = names.map(
    (name) => [name, resolveOption(name, session.flags[name], sources).value] as const,
  );
  return Object.freeze(
    Object.fromEntries(values.filter(([, value]) => value !== undefined)),
  ) as unknown as OptionValues;
}

/** The same with origins, for `slipway config`. */
export async function explainOptions(
  names: readonly OptionName[],
  session: Session,
): Promise<readonly ResolvedOption[]> {
  const sources = await readSources(names, session);
  return names.map((name) => {
    const resolved = resolveOption(name, session.flags[name], sources);
    const hidden = optionTable[name].confidential && resolved.value !== undefined;
    return hidden ? { ...resolved, value: '(given, not shown)' } : resolved;
  });
}

async function readSources(names: readonly OptionName[], session: Session): Promise<SettingSources> {
  const open = names.filter((name) => session.flags[name] === undefined).map((name) => optionTable[name]);
  const needsProject = open.some((entry) => entry.project !== undefined);
  const needsUser = open.some((entry) => entry.user !== undefined);
  return {
    env: session.env,
    project: needsProject ? { ...(await findProject(session.directory, session.env)).spec } : {},
    user: needsUser ? await readUserConfig(session.env) : {},
  };
}
