import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/runtime/redactor.ts';

describe('hiding secrets', () => {
  it('covers the forms they commonly appear in', () => {
    const { text } = createRedactor({ KEY: 'p@ss "word"\nsecond line' });
    expect(text(JSON.stringify('p@ss "word"\nsecond line'))).toBe('"***"');
    expect(text(`x=${encodeURIComponent('p@ss "word"\nsecond line')}`)).toBe('x=***');
    expect(text(`only the second line shown`)).toBe('only the *** shown');
    expect(text(Buffer.from('p@ss "word"\nsecond line').toString('base64'))).not.toMatch(/[a-z0-9]{12}/i);
  });

  it('leaves text alone where there are no secrets, or empty ones', () => {
    expect(createRedactor({}).text('abc')).toBe('abc');
    expect(createRedactor({ EMPTY: '' }).text('abc')).toBe('abc');
  });

  it('reaches keys and numbers in values', () => {
    const { json } = createRedactor({ PIN: '123456' });
    expect(json({ '123456': [123456, 'pin 123456', 12, null, true] })).toEqual({
      '***': ['***', 'pin ***', 12, null, true],
    });
  });

  it('hides a secret however a stream is cut, and loses nothing else', () => {
    const secrets = fc.array(
      fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', 'b', 'c') }),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    const pieces = fc.array(fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c', 'd') }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(secrets, pieces, (values, parts) => {
        const named = Object.fromEntries(values.map((value, i) => [`S${i}`, value]));
        const redactor = createRedactor(named);
        const stream = redactor.stream();
        const shown = parts.map((part) => stream.push(part)).join('') + stream.end();
        for (const value of values) expect(shown).not.toContain(value);
        const plain = (text: string): string => text.replaceAll(/[abc]/g, '').replaceAll('***', '');
        expect(plain(shown)).toBe(plain(parts.join('')));
      }),
      { numRuns: 2000 },
    );
  });
});
