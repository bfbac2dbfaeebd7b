import { applyEvent } from '../../../tracking/apply-event.ts';
import type { JournalEvent, MetricEvent } from '../../../tracking/journal-event.ts';
import { renderRecord } from '../../../tracking/render-record.ts';
import type { ArtifactRecord, RunRecord } from '../../../tracking/run.ts';
import { createDraft, type RunDraft } from '../../../tracking/run-draft.ts';
import { seriesName } from '../../../tracking/series-name.ts';
import { type LogStream, LogTail } from './log-tail.ts';
import { MetricSeries } from './metric-series.ts';
import type { ArtifactPreview, RunView, StepView } from './run-view.ts';

/** What is known of a run that its journal does not say. */
export interface TrackedRun {
  readonly logFile?: string;
  readonly trials?: number;
  readonly selector?: string;
  /** Steps of a pipeline with what each waits for. */
  readonly steps?: readonly { readonly id: string; readonly dependencies: readonly string[] }[];
}

interface TrackedStep {
  readonly dependencies: readonly string[];
  readonly log: LogTail;
  trials: number;
}

/** Lines kept of each step; a pipeline may have many. */
const stepLines = 60;

/** Folds what a run tells while it goes on into what its card shows. */
export class RunTracker {
  #known: TrackedRun = {};
  readonly #draft: RunDraft = createDraft();
  readonly #series = new Map<string, MetricSeries>();
  readonly #log = new LogTail();
  readonly #steps = new Map<string, TrackedStep>();
  readonly #previews = new Map<string, ArtifactPreview>();
  #record: RunRecord | undefined;
  #onChange: () => void = () => undefined;

  /** Number of the last event taken. */
  get seq(): number {
    return this.#draft.seq;
  }

  /** Calls back whenever there is something new. */
  listen(onChange: () => void): void {
    this.#onChange = onChange;
  }

  /** What was planned, once it is known. */
  plan(known: TrackedRun): void {
    this.#known = { ...this.#known, ...known };
    for (const { id, dependencies } of known.steps ?? [])
      this.#steps.set(id, { dependencies, log: new LogTail(stepLines), trials: 0 });
  }

  /** Takes the next event; one that was taken already changes nothing. */
  event(event: JournalEvent): void {
    if (event.seq <= this.#draft.seq) return;
    applyEvent(this.#draft, event);
    if (event.kind === 'metric') this.#metric(event);
    this.#onChange();
  }

  log(stream: LogStream, text: string): void {
    this.#log.write(stream, text);
    this.#onChange();
  }

  stepLog(step: string, stream: LogStream, text: string): void {
    this.#step(step).log.write(stream, text);
    this.#onChange();
  }

  stepTrial(step: string): void {
    this.#step(step).trials += 1;
    this.#onChange();
  }

  preview(artifact: ArtifactRecord, preview: ArtifactPreview): void {
    this.#previews.set(artifact.key, preview);
    this.#onChange();
  }

  /** The run has ended, and this is its record. */
  end(record: RunRecord): void {
    this.#record = record;
  }

  view(now: number): RunView {
    const { logFile, trials, selector } = this.#known;
    return {
      record: this.#record ?? renderRecord(this.#draft),
      series: new Map([...this.#series].map(([name, series]) => [name, series.view()])),
      log: this.#log.view(),
      steps: new Map([...this.#steps].map(([id, step]): [string, StepView] => [id, viewStep(step)])),
      previews: this.#previews,
      now,
      ...(logFile === undefined ? {} : { logFile }),
      ...(trials === undefined ? {} : { trials }),
      ...(selector === undefined ? {} : { selector }),
    };
  }

  #metric({ key, context, value }: MetricEvent): void {
    const name = context ? seriesName(key, context) : key;
    let series = this.#series.get(name);
    if (series === undefined) {
      series = new MetricSeries(name);
      this.#series.set(name, series);
    }
    series.add(value);
  }

  #step(id: string): TrackedStep {
    const known = this.#steps.get(id);
    if (known !== undefined) return known;
    const step = { dependencies: [], log: new LogTail(stepLines), trials: 0 };
    this.#steps.set(id, step);
    return step;
  }
}

const viewStep = ({ dependencies, log, trials }: TrackedStep): StepView => ({
  dependencies,
  log: log.view(),
  trials,
});
