import type { PipelineEvent } from '../../pipelines/pipeline-event.ts';
import { applyProgress, type PipelineProgress } from '../../pipelines/render/progress.ts';
import { renderProgress, renderProgressLine } from '../../pipelines/render/render-progress.ts';
import { stateStyle } from '../output/state-style.ts';
import type { Session } from '../session.ts';

export interface PipelineDisplay {
  readonly onEvent: (event: PipelineEvent) => void;
  /** Draws for the last time and lets go of the terminal. */
  readonly close: () => Promise<void>;
}

const nothing: PipelineProgress = { name: '', uid: '', startedAt: 0, steps: [] };
const redrawEvery = 1000;

/** Shows a pipeline on stderr while it runs: drawn again in place on a terminal, else a line an event. */
export function showPipeline(session: Session, quiet: boolean): PipelineDisplay {
  if (quiet) return { onEvent: () => {}, close: async () => {} };
  return session.err.isTerminal && !session.env.CI ? drawnDisplay(session) : lineDisplay(session);
}

function lineDisplay({ err }: Session): PipelineDisplay {
  let progress = nothing;
  let written = Promise.resolve();
  return {
    onEvent: (event) => {
      progress = applyProgress(progress, event);
      const line =
        event.type === 'log'
          ? prefixLines(event.step, event.chunk.text)
          : renderProgressLine(progress, event);
      if (line) written = err.write(line.endsWith('\n') ? line : `${line}\n`);
    },
    close: () => written,
  };
}

const prefixLines = (step: string, text: string): string => text.replace(/^(?=.)/gm, `[${step}] `);

function drawnDisplay({ err, clock }: Session): PipelineDisplay {
  let progress = nothing;
  let drawnLines = 0;
  let written = Promise.resolve();
  const erase = (): string => (drawnLines === 0 ? '' : `\u001b[${drawnLines}A\u001b[0J`);
  const draw = (above = ''): void => {
    const text = renderProgress(progress, {
      now: clock.now(),
      ...(err.width === undefined ? {} : { width: err.width - 1 }),
      paint: (state, mark) => stateStyle(err.colors, state)(mark),
    });
    written = err.write(`${erase()}${above}${text}\n`);
    drawnLines = text.split('\n').length;
  };
  const timer = setInterval(draw, redrawEvery);
  return {
    onEvent: (event) => {
      progress = applyProgress(progress, event);
      if (event.type === 'log') draw(terminated(prefixLines(event.step, event.chunk.text)));
      else if (event.type !== 'trial') draw();
    },
    close: async () => {
      clearInterval(timer);
      if (progress !== nothing) draw();
      await written;
    },
  };
}

const terminated = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);
