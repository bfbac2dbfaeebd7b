import type { ErrorRecord } from '../../core/error.ts';

/** What a scheduler tells of. `at` is the scheduled time, milliseconds since 1970. */
export type SchedulerEvent =
  | { readonly type: 'loaded'; readonly schedules: readonly string[] }
  /** project.yaml cannot be used: its times stay as they were, and no run can start before it is corrected. */
  | { readonly type: 'invalid'; readonly error: ErrorRecord }
  | {
      readonly type: 'started';
      readonly schedule: string;
      readonly at: number;
      readonly uid: string;
      readonly late: boolean;
    }
  | { readonly type: 'ended'; readonly schedule: string; readonly at: number; readonly uid: string }
  | { readonly type: 'left-out'; readonly schedule: string; readonly at: number; readonly reason: string }
  | {
      readonly type: 'failed';
      readonly schedule: string;
      readonly at: number;
      readonly uid: string;
      readonly error: ErrorRecord;
    };
