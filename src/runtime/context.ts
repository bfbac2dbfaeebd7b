import type { Json } from '../core/json.ts';
import type {
  Artifact,
  Dataset,
  FileContent,
  LogArtifactOptions,
  LogDatasetOptions,
  LogModelOptions,
  Model,
  PlotContent,
  TableLike,
} from '../data/artifact.ts';
import type { DataItem } from '../data/data-item.ts';

/**
 * What a handler gets as its first argument. Scalars are logged at once (microseconds, durable against kill -9);
 * methods that write files give promises, which the run waits for even when the handler does not.
 */
export interface Context {
  readonly uid: string;
  readonly name: string;
  readonly project: string;
  /** Number of the trial, from 1, in a sweep; 0 elsewhere. */
  readonly iteration: number;
  readonly attempt: number;
  /** Validated, defaults filled in. */
  readonly params: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, DataItem>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly logger: Logger;
  /** Fires when the run is to stop: abort, timeout, Ctrl-C. */
  readonly signal: AbortSignal;
  /** Seeded by the run (`--seed`): numbers in [0, 1), the same in every run with that seed. */
  random(): number;

  logResult(key: string, value: unknown): void;
  logResults(results: Readonly<Record<string, unknown>>): void;
  /** A point of a series. NaN and infinities are kept. */
  logMetric(
    key: string,
    value: number,
    options?: { step?: number; context?: Readonly<Record<string, string>> },
  ): void;
  logMetrics(
    metrics: Readonly<Record<string, number>>,
    options?: { step?: number; context?: Readonly<Record<string, string>> },
  ): void;
  logArtifact(key: string, content: FileContent, options?: LogArtifactOptions): Promise<Artifact>;
  logDataset(key: string, table: TableLike, options?: LogDatasetOptions): Promise<Dataset>;
  logModel(key: string, options: LogModelOptions): Promise<Model>;
  logPlot(
    key: string,
    plot: PlotContent,
    options?: { title?: string; labels?: Readonly<Record<string, string>> },
  ): Promise<Artifact<'plot'>>;
  setLabel(key: string, value: string | number | boolean): void;
  /** Value of a secret named at submit (`--secret NAME`). Throws `SECRET_NOT_FOUND`. */
  secret(name: string): string;
  /** Input by name; throws `INPUT_NOT_FOUND` naming the nearest. */
  input(key: string): DataItem;
  /** A trial of its own below this run, e.g. for a search loop written by hand: has its own params, metrics, results, artifacts. */
  child(params?: Readonly<Record<string, unknown>>): ChildContext;
  /** A note in the run's history; everything logged so far is on disk when it returns. */
  commit(message?: string): void;
}

/** Context of a trial opened by `ctx.child()`. */
export interface ChildContext extends Context {
  /** Ends the trial as completed. */
  complete(): void;
  /** Ends the trial as failed. */
  fail(error: unknown): void;
  /** Makes this trial's results and artifacts the parent's own. */
  markAsBest(): void;
}

/** Structured log lines on stderr. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** A user's function. The second argument's properties are params and inputs; what it returns are results. */
// biome-ignore lint/suspicious/noExplicitAny: a handler's args are contravariant; any handler must be assignable
export type Handler<Args = any, Results = unknown> = (ctx: Context, args: Args) => Results | Promise<Results>;
