import { chart } from './chart.ts';
import { frame, line } from './frame.ts';
import { ink } from './palette.ts';
import { linearScale } from './scale.ts';
import { coordinate, element, group } from './svg.ts';

export interface LineSeries {
  readonly name: string;
  readonly color: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Mark every point. */
  readonly dots?: boolean;
}

export interface LineChartOptions {
  readonly title: string;
  readonly subtitle?: string;
  readonly series: readonly LineSeries[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  /** A dashed line from the lower left to the upper right corner. */
  readonly diagonal?: boolean;
}

/** Lines over a common pair of axes, square when both have the same domain. */
export function lineChart(options: LineChartOptions): string {
  const width = 440;
  const height = options.diagonal ? 440 : 300;
  const x = linearScale(options.xDomain, [0, width]);
  const y = linearScale(options.yDomain, [height, 0]);
  const path = (points: LineSeries['points']): string =>
    points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${coordinate(x(px))} ${coordinate(y(py))}`).join('');
  return chart(
    {
      title: options.title,
      subtitle: options.subtitle,
      // one line needs no telling apart
      legend: options.series.length > 1 ? options.series : [],
      width: 54 + width + 20,
      height: height + 44,
    },
    group(
      54,
      0,
      frame({ width, height, x, y, xTitle: options.xTitle, yTitle: options.yTitle }),
      options.diagonal ? line(0, height, width, 0, ink.axis, '4 4') : '',
      ...options.series.map((series) =>
        element('path', {
          d: path(series.points),
          fill: 'none',
          stroke: series.color,
          'stroke-width': 2.2,
          'stroke-linejoin': 'round',
        }),
      ),
      ...options.series.flatMap((series) =>
        series.dots
          ? series.points.map(([px, py]) =>
              element('circle', {
                cx: x(px),
                cy: y(py),
                r: 4,
                fill: series.color,
                stroke: ink.paper,
                'stroke-width': 1.2,
              }),
            )
          : [],
      ),
    ),
  );
}
