import { type ClusterOptionValues, clusterOptions } from './cluster-options.ts';
import { type ImageOptionValues, imageOptions } from './image-options.ts';
import { type InstallOptionValues, installOptions } from './install-options.ts';
import type { OptionEntry } from './option-entry.ts';
import { type PipelineOptionValues, pipelineOptions } from './pipeline-options.ts';
import { type ScheduleOptionValues, scheduleOptions } from './schedule-options.ts';
import { type ServerOptionValues, serverOptions } from './server-options.ts';

/** Values of the options that have files of their own. */
export interface GroupedOptionValues
  extends ClusterOptionValues,
    ImageOptionValues,
    PipelineOptionValues,
    InstallOptionValues,
    ScheduleOptionValues,
    ServerOptionValues {}

/** The options that have files of their own. */
export const groupedOptions: { readonly [Name in keyof GroupedOptionValues]-?: OptionEntry } = {
  ...clusterOptions,
  ...imageOptions,
  ...pipelineOptions,
  ...installOptions,
  ...scheduleOptions,
  ...serverOptions,
};
