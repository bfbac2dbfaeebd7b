import { describe, expect, it } from 'vitest';
import { parseDuration, renderDuration } from '../src/core/duration.ts';
import { escapeXml } from '../src/core/escape-markup.ts';
import { createUid, isUid } from '../src/core/id.ts';
import { canonicalJson, toJson } from '../src/core/json.ts';
import { nearestName } from '../src/core/nearest-name.ts';
import { parseStoreUri, renderStoreUri } from '../src/core/store-uri.ts';

describe('toJson', () => {
  it('keeps what JSON cannot: non-finite numbers, bigint, dates, maps, and leaves undefined out', () => {
    const value = {
      nan: Number.NaN,
      inf: -Infinity,
      small: 12n,
      big: 2n ** 60n,
      at: new Date(0),
      map: new Map([['a', 1]]),
      none: undefined,
      zero: 0,
      no: false,
    };
    expect(toJson(value)).toEqual({
      nan: 'NaN',
      inf: '-Infinity',
      small: 12,
      big: '1152921504606846976',
      at: '1970-01-01T00:00:00.000Z',
      map: { a: 1 },
      zero: 0,
      no: false,
    });
  });

  it('refuses a value that contains itself and names the path', () => {
    const loop: { inner: { back?: unknown } } = { inner: {} };
    loop.inner.back = loop;
    expect(() => toJson(loop)).toThrow('inner.back');
  });

  it('gives equal text for equal values whatever the key order', () => {
    expect(canonicalJson({ b: [1, { d: 1, c: 2 }], a: null })).toBe(
      canonicalJson({ a: null, b: [1, { c: 2, d: 1 }] }),
    );
  });
});

describe('names and URIs', () => {
  it('makes uids that sort by time and are recognised', () => {
    const early = createUid(1_000);
    const late = createUid(2_000_000);
    expect(early < late).toBe(true);
    expect(isUid(early)).toBe(true);
  });

  it('reads and writes store URIs with tag and digest', () => {
    const text = `store://demo/sub/model.v1:best@sha256:${'a'.repeat(64)}`;
    expect(renderStoreUri(parseStoreUri(text))).toBe(text);
    expect(() => parseStoreUri('store://demo/../x')).toThrow('not allowed');
  });

  it('suggests the nearest name and stays silent when nothing is near', () => {
    expect(nearestName('acuracy', ['accuracy', 'loss'])).toBe('accuracy');
    expect(nearestName('zzz', ['accuracy', 'loss'])).toBeUndefined();
  });

  it.each([
    [0, '0 s'],
    [0.02, '1 ms'],
    [1, '1 ms'],
    [9, '9 ms'],
    [10, '0.01 s'],
    [94, '0.09 s'],
    [400, '0.4 s'],
    [12_000, '12 s'],
    [185_000, '3 m 05 s'],
    [7_800_000, '2 h 10 m'],
  ])('says %d milliseconds in short: %s', (milliseconds, text) => {
    expect(renderDuration(milliseconds)).toBe(text);
  });

  it('reads durations', () => {
    expect([parseDuration('500ms'), parseDuration('30s'), parseDuration('2h'), parseDuration('1.5')]).toEqual(
      [500, 30_000, 7_200_000, 1500],
    );
    expect(() => parseDuration('soon')).toThrow('"soon"');
  });
});

describe('escapeXml', () => {
  it('escapes markup and leaves out, or replaces, what XML does not allow', () => {
    expect(escapeXml('<a b="\'&\'">')).toBe('&lt;a b=&quot;&#39;&amp;&#39;&quot;&gt;');
    expect(escapeXml('red \u001b[31m \ud800 é😀')).toBe('red [31m  é😀');
    expect(escapeXml('bell \u0007', '\ufffd')).toBe('bell \ufffd');
  });
});
