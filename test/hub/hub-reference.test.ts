import { describe, expect, it } from 'vitest';
import { parseHubReference, renderHubReference } from '../../src/hub/hub-reference.ts';

describe('a hub reference', () => {
  it('names a function, and a version where one is wanted', () => {
    expect(parseHubReference('hub://load-dataset')).toEqual({ name: 'load-dataset' });
    expect(parseHubReference('hub://load-dataset:latest')).toEqual({ name: 'load-dataset' });
    expect(parseHubReference('hub://describe:1.2.0-rc.1')).toEqual({
      name: 'describe',
      version: '1.2.0-rc.1',
    });
    expect(renderHubReference({ name: 'describe', version: '1.0.0' })).toBe('hub://describe:1.0.0');
  });

  it.each([
    'hub://',
    'hub://Describe',
    'hub://../catalog',
    'hub://a/b',
    'hub://a:',
    'hub://a:1.0:2',
    'describe',
  ])('refuses %s', (text) => {
    expect(() => parseHubReference(text)).toThrow(expect.objectContaining({ code: 'INVALID_HUB_REFERENCE' }));
  });
});
