import { describe, expect, it } from 'vitest';
import { LogTail } from '../../../src/notebooks/display/run/log-tail.ts';
import { MetricSeries } from '../../../src/notebooks/display/run/metric-series.ts';

const textsOf = (tail: LogTail): readonly string[] => tail.view().lines.map(({ text }) => text);

describe('the end of an output', () => {
  it('joins what comes in pieces, stream by stream', () => {
    const tail = new LogTail();
    tail.write('stdout', 'one ');
    tail.write('stderr', 'other\n');
    tail.write('stdout', 'line\r\nlast');
    expect(tail.view()).toEqual({
      lines: [
        { stream: 'stderr', text: 'other' },
        { stream: 'stdout', text: 'one line' },
        { stream: 'stdout', text: 'last' },
      ],
      count: 3,
    });
  });

  it('keeps the last lines only and counts all', () => {
    const tail = new LogTail(3);
    for (let i = 1; i <= 100; i++) tail.write('stdout', `${i}\n`);
    tail.write('stdout', Array.from({ length: 50 }, (_, i) => `${i + 101}\n`).join(''));
    expect(textsOf(tail)).toEqual(['148', '149', '150']);
    expect(tail.view().count).toBe(150);
  });

  it('shows of a progress bar the last state, and of an endless line the beginning', () => {
    const tail = new LogTail();
    tail.write('stdout', '10 %\r50 %\r100 %\n');
    for (let i = 0; i < 1000; i++) tail.write('stdout', 'x'.repeat(1000));
    expect(textsOf(tail)[0]).toBe('100 %');
    expect(textsOf(tail)[1]).toMatch(/^x{399}…$/);
  });
});

describe('a metric’s points', () => {
  it('are thinned evenly however many there are; first, last, range and number are right', () => {
    const series = new MetricSeries('loss');
    for (let i = 0; i < 100_000; i++) series.add(i);
    const { values, count, min, max } = series.view();
    expect({ count, min, max, first: values[0], last: values.at(-1) }).toEqual({
      count: 100_000,
      min: 0,
      max: 99_999,
      first: 0,
      last: 99_999,
    });
    expect(values.length).toBeLessThanOrEqual(241);
    expect(values.length).toBeGreaterThan(100);
    const gaps = new Set(values.slice(1, -1).map((value, i) => value - (values[i] ?? 0)));
    expect(gaps.size).toBe(1);
  });
});
