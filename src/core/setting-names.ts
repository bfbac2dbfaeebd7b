import { type OptionName, optionTable } from './option-table.ts';

/** The options that can be given elsewhere than as a flag, which is what `slipway config` lists. */
export function settingNames(): readonly OptionName[] {
  return (Object.keys(optionTable) as OptionName[]).filter((name) => {
    const entry = optionTable[name];
    return name !== 'format' && name !== 'graph' && (entry.env !== undefined || entry.user !== undefined);
  });
}
