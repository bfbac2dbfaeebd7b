import { defineError, type ItemErrorFactory } from './item-error.ts';

export const labelNotNamed: ItemErrorFactory = defineError(
  'LABEL_NOT_NAMED',
  'failed',
  'Neither the parameter label nor the data set says which column is the label.',
);
export const labelColumnNotFound: ItemErrorFactory = defineError(
  'LABEL_COLUMN_NOT_FOUND',
  'failed',
  'The label column is not a column of the data set.',
);
export const unusableLabel: ItemErrorFactory = defineError(
  'UNUSABLE_LABEL',
  'failed',
  'The label column cannot be learned or scored: too few classes, too many, or no value at all.',
);
export const unusableData: ItemErrorFactory = defineError(
  'UNUSABLE_DATA',
  'failed',
  'A data set has no rows or no columns that the function can work on.',
);
export const unusableSetting: ItemErrorFactory = defineError(
  'UNUSABLE_SETTING',
  'failed',
  'A parameter of a hub function is outside its range, or does not fit the data.',
);
export const unusableModel: ItemErrorFactory = defineError(
  'UNUSABLE_MODEL',
  'failed',
  'A model cannot be applied: it holds no portable predictor.',
);
