import { chart } from './chart.ts';
import { frame, line } from './frame.ts';
import { ink, mainColor } from './palette.ts';
import { extent, linearScale } from './scale.ts';
import { coordinate, element, group } from './svg.ts';

export interface ScatterChartOptions {
  readonly title: string;
  readonly subtitle?: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly xTitle: string;
  readonly yTitle: string;
}

const side = 440;

/** Points in a square whose axes are the same, with the line where both are equal. */
export function scatterChart({ points, ...options }: ScatterChartOptions): string {
  const domain = extent(points.flat());
  const x = linearScale(domain, [0, side], { nice: true });
  const y = linearScale(domain, [side, 0], { nice: true });
  const dots = points.map(([px, py]) => `M${coordinate(x(px))} ${coordinate(y(py))}h0`).join('');
  return chart(
    { title: options.title, subtitle: options.subtitle, width: side + 90, height: side + 44 },
    group(
      66,
      0,
      frame({
        width: side,
        height: side,
        x,
        y,
        xTitle: options.xTitle,
        yTitle: options.yTitle,
        yTitleAt: 56,
      }),
      line(0, side, side, 0, ink.axis, '4 4'),
      element('path', {
        d: dots,
        fill: 'none',
        stroke: mainColor,
        'stroke-width': points.length > 600 ? 3 : 5,
        'stroke-linecap': 'round',
        'stroke-opacity': 0.55,
      }),
    ),
  );
}
