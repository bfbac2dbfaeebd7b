import { describe, expect, it } from 'vitest';
import { parseStopExpression } from '../../src/tuning/stop-expression.ts';

const trial = {
  results: { accuracy: 0.96, nan: 'NaN', converged: true, scores: { f1: 0.9 } },
  metrics: { loss: 0.05, accuracy: 0.1, 'val-loss': -1 },
};
const holds = (text: string): boolean => parseStopExpression(text)(trial);

describe('a stop expression', () => {
  it('compares results and metrics with numbers and with each other', () => {
    expect(holds('accuracy >= 0.95')).toBe(true);
    expect(holds('loss<0.1 and accuracy>0.9')).toBe(true);
    expect(holds('loss > accuracy')).toBe(false);
    expect(holds('val-loss == -1')).toBe(true);
    expect(holds('scores.f1 = .9')).toBe(true);
    expect(holds('converged == 1')).toBe(true);
  });

  it('binds and before or, and takes parentheses and not', () => {
    expect(holds('accuracy > 0.9 or loss > 1 and loss > 1')).toBe(true);
    expect(holds('(accuracy > 0.9 or loss > 1) and loss > 1')).toBe(false);
    expect(holds('NOT (loss > 1) AND not loss > 2')).toBe(true);
  });

  it('is never satisfied by what is absent or not a number', () => {
    expect(holds('missing > 0')).toBe(false);
    expect(holds('not missing > 0')).toBe(false);
    expect(holds('missing > 0 or accuracy > 0.9')).toBe(true);
    expect(holds('nan > 0 or nan < 0 or nan == 0')).toBe(false);
  });

  it.each([
    'process.exit(1)',
    'accuracy',
    '',
    'accuracy >',
    '1 < accuracy < 2',
    'accuracy >= 0.9;',
    'accuracy >= "0.9"',
    'a > 1 && b > 1',
    '(a > 1',
    'a > 1)',
    'constructor["constructor"]("x")()',
    'a = > 1',
    'a + 1 > 2',
    'a > 5x',
    `${'('.repeat(500)}a > 1${')'.repeat(500)}`,
    `a > 1${' and a > 1'.repeat(5000)}`,
  ])('refuses %j', (text) => {
    expect(() => parseStopExpression(text)).toThrow(expect.objectContaining({ code: 'INVALID_STOP' }));
  });

  it('says where it cannot be read', () => {
    expect(() => parseStopExpression('accuracy >= 0.9 && x')).toThrow('at "&& x" (character 17)');
  });

  it('does not see what objects inherit', () => {
    expect(holds('constructor == 0 or toString == 0 or scores.constructor == 0')).toBe(false);
  });
});
