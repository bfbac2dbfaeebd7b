import { optionTable } from '../../core/option-table.ts';
import { settingNames } from '../../core/setting-names.ts';
import type { Execute } from '../command.ts';
import { explainOptions } from '../options/resolve-options.ts';
import { present } from '../output/present.ts';
import { renderTable } from '../output/render-table.ts';

/** `slipway config list`: every setting with its value and what gave it. */
export const configList: Execute<'output' | 'json'> = async ({ options, session }) => {
  const settings = await explainOptions(settingNames(), session);
  const { colors, width } = session.out;
  await present(session, options, {
    data: () =>
      settings.map(({ name, value, origin, source }) => ({
        name,
        value: value ?? null,
        origin,
        source: source ?? null,
      })),
    text: () =>
      renderTable(
        settings,
        [
          { title: 'SETTING', cell: (setting) => setting.name, style: colors.bold },
          { title: 'VALUE', cell: (setting) => renderSetting(setting.value) },
          { title: 'FROM', cell: ({ origin, source }) => (source ? `${origin} (${source})` : origin) },
          { title: 'MEANING', cell: (setting) => optionTable[setting.name].doc, shrinks: true },
        ],
        { width, heading: colors.dim },
      ),
    names: () => settings.map((setting) => setting.name),
  });
  return undefined;
};

/** A setting's value for people. */
export function renderSetting(value: unknown): string {
  if (value === undefined) return '-';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
