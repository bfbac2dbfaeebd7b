import type { MetricPoint } from '../../tracking/store.ts';
import { usageError } from '../errors.ts';
import { present } from '../output/present.ts';
import { renderTable } from '../output/render-table.ts';
import { renderPairs, renderValue } from '../output/render-value.ts';
import type { Session } from '../session.ts';
import type { GetRequest } from './get-request.ts';

/** `slipway get metrics <run> [--key k]`: every point that was logged, in order. */
export async function getMetrics({ workspace, session, options, name }: GetRequest): Promise<undefined> {
  if (name === undefined)
    throw usageError('slipway get metrics needs a run', { hint: 'give a uid, or @last for the newest run' });
  const { uid } = await workspace.store.getRun(name);
  const points = await workspace.store.metricHistory(uid, options.key);
  await present(session, options, {
    data: () => points.map(pointDocument),
    text: () => renderPoints(points, session),
    names: () => [...new Set(points.map((point) => point.key))],
  });
  if (points.length === 0 && options.output === 'table' && !options.json)
    await session.err.write(
      `run "${uid}" has no metrics; a handler logs them with ctx.logMetric(key, value, { step })\n`,
    );
  return undefined;
}

function pointDocument({ key, step, time, value, context }: MetricPoint): Readonly<Record<string, unknown>> {
  return { key, step: step ?? null, time, value, context: context ?? {} };
}

function renderPoints(points: readonly MetricPoint[], session: Session): string {
  const { colors, width } = session.out;
  return renderTable(
    points,
    [
      { title: 'KEY', cell: (point) => point.key, style: colors.bold },
      {
        title: 'STEP',
        cell: (point) => (point.step === undefined ? '' : String(point.step)),
        align: 'right',
      },
      { title: 'VALUE', cell: (point) => renderValue(point.value), align: 'right' },
      { title: 'CONTEXT', cell: (point) => renderPairs(point.context ?? {}), shrinks: true },
      { title: 'TIME', cell: (point) => point.time },
    ],
    { width, heading: colors.dim },
  );
}
