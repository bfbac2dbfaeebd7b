import type { Json } from '../../core/json.ts';

/** A schedule of project.yaml: when a pipeline or a function of the project is to run. */
export interface ScheduleEntry {
  readonly name: string;
  /** Pipeline of the project; either this or `function`. */
  readonly pipeline?: string;
  readonly function?: string;
  /** Minute, hour, day of month, month, day of week; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. */
  readonly cron: string;
  /** Zone whose clocks count, e.g. `Europe/Berlin`. @default 'UTC' */
  readonly timezone?: string;
  readonly params?: Readonly<Record<string, Json>>;
  /** Inputs of a function; paths are relative to project.yaml. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** @default that of the function or the project */
  readonly runtime?: string;
  /** How long a run may take, e.g. `2h`, or seconds. @default that of the function; no limit, but a week where the cluster keeps it */
  readonly timeout?: string | number;
  readonly labels?: Readonly<Record<string, string>>;
  /** What drives it: a process that runs `slipway schedule start`, or the cluster. @default 'local' */
  readonly engine?: 'local' | 'argo';
  /** Which of the times that nobody was there for are made up for. @default 'none' */
  readonly catchUp?: 'none' | 'last' | 'all';
  /** Most times that `catchUp: all` makes up for; the newest count. @default 100 */
  readonly maxCatchUp?: number;
  /** What happens at a time when the run before is still under way: run beside it, leave the time out, or stop it first. @default 'forbid' */
  readonly overlap?: 'allow' | 'forbid' | 'replace';
  /** @default true */
  readonly enabled?: boolean;
  /** How late a time may still be started, e.g. `10m`, or seconds. @default a minute; missed times that are made up for: for ever */
  readonly startingDeadline?: string | number;
}
