import { unusableSetting } from '../learning/errors.ts';

export type Algorithm = 'decision-tree' | 'random-forest' | 'knn' | 'logistic';

/** What a classifier is trained with; a setting that an algorithm does not use is not looked at. */
export interface Settings {
  readonly algorithm: Algorithm;
  readonly depth: number;
  readonly leaf: number;
  readonly trees: number;
  readonly k: number;
  readonly l2: number;
  readonly seed: number;
}

type SettingName = 'depth' | 'leaf' | 'trees' | 'k' | 'l2';

/** The settings that each algorithm uses. */
export const settingsOf: Readonly<Record<Algorithm, readonly SettingName[]>> = {
  'decision-tree': ['depth', 'leaf'],
  'random-forest': ['trees', 'depth', 'leaf'],
  knn: ['k'],
  logistic: ['l2'],
};

/** Throws `UNUSABLE_SETTING` naming every setting of the algorithm that is out of range. */
export function checkSettings(settings: Settings): void {
  if (!Object.hasOwn(settingsOf, settings.algorithm))
    throw unusableSetting(`there is no algorithm "${settings.algorithm}"`, {
      hint: `choose one of ${Object.keys(settingsOf).join(', ')}`,
    });
  const wrong = settingsOf[settings.algorithm].filter((name) => !isInRange(name, settings[name]));
  if (wrong.length === 0) return;
  throw unusableSetting(`${wrong.map((name) => `${name} is ${settings[name]}`).join(', ')}`, {
    hint: wrong
      .map((name) => `${name} must be ${name === 'l2' ? 'a number from 0' : 'a whole number from 1'}`)
      .join('; '),
  });
}

function isInRange(name: SettingName, value: number): boolean {
  return name === 'l2' ? Number.isFinite(value) && value >= 0 : Number.isInteger(value) && value >= 1;
}

/** The settings that were used, for the model's record. */
export function usedSettings(settings: Settings): Record<string, number | string> {
  const used = settingsOf[settings.algorithm].map((name) => [name, settings[name]] as const);
  return { algorithm: settings.algorithm, ...Object.fromEntries(used), seed: settings.seed };
}
