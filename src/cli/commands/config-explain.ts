import { nearestName } from '../../core/nearest-name.ts';
import { type OptionEntry, type OptionName, optionTable } from '../../core/option-table.ts';
import { settingNames } from '../../core/setting-names.ts';
import type { Execute } from '../command.ts';
import { settingNotFound } from '../errors.ts';
import { explainOptions } from '../options/resolve-options.ts';
import { userConfigFile } from '../options/user-config.ts';
import { present } from '../output/present.ts';
import { renderSetting } from './config-list.ts';

/** `slipway config explain <key>`: the setting, every place it can be given, and which one decides now. */
export const configExplain: Execute<'output' | 'json'> = async ({ args, options, session }) => {
  const name = findSetting(args[0] ?? '');
  const entry = optionTable[name];
  const [resolved] = await explainOptions([name], session);
  const places = listPlaces(entry, userConfigFile(session.env));
  await present(session, options, {
    data: () => ({
      name,
      doc: entry.doc,
      value: resolved?.value ?? null,
      origin: resolved?.origin ?? 'default',
      source: resolved?.source ?? null,
      places: Object.fromEntries(places),
      ...(entry.choices ? { choices: entry.choices } : {}),
    }),
    text: () =>
      [
        `${session.out.colors.bold(name)}: ${entry.doc}`,
        `  now ${renderSetting(resolved?.value)}, from ${resolved?.source ? `${resolved.origin} (${resolved.source})` : 'default'}`,
        '  the first of these that is given decides:',
        ...places.map(([place, text], at) => `  ${at + 1}. ${place.padEnd(12)} ${text}`),
        '',
      ].join('\n'),
    names: () => [name],
  });
  return undefined;
};

function findSetting(text: string): OptionName {
  const names = settingNames();
  const given = text.replace(/^--?/, '');
  const found = names.find((name) =>
    [name, optionTable[name].env, optionTable[name].flag?.slice(2)].includes(given),
  );
  if (found) return found;
  const near = nearestName(given, names);
  throw settingNotFound(`setting "${text}" does not exist`, {
    hint: near ? `did you mean "${near}"?` : `the settings are: ${names.join(', ')}`,
  });
}

function listPlaces(entry: OptionEntry, userFile: string): readonly (readonly [string, string])[] {
  return [
    ...(entry.flag
      ? [['flag', entry.type === 'flag' ? entry.flag : `${entry.flag} <${entry.value}>`] as const]
      : []),
    ...(entry.env ? [['environment', `${entry.env}=<${entry.value ?? '1'}>`] as const] : []),
    ...(entry.project ? [['project.yaml', entry.project] as const] : []),
    ...(entry.user ? [['config.yaml', `${entry.user} in ${userFile}`] as const] : []),
    ['default', entry.default === undefined ? 'none' : String(entry.default)] as const,
  ];
}
