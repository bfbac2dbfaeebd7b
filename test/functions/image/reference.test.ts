import { describe, expect, it } from 'vitest';
import { parsePlatform, renderPlatform } from '../../../src/functions/image/oci/platform.ts';
import {
  parseImageReference,
  renderImageReference,
} from '../../../src/functions/image/registry/reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('a name of an image', () => {
  it.each([
    ['node', 'docker.io/library/node'],
    ['node:20-slim', 'docker.io/library/node:20-slim'],
    ['team/app', 'docker.io/team/app'],
    ['index.docker.io/library/node', 'docker.io/library/node'],
    ['localhost/app', 'localhost/app'],
    ['localhost:5000/app:1', 'localhost:5000/app:1'],
    ['127.0.0.1:5000/a/b/c:1.0', '127.0.0.1:5000/a/b/c:1.0'],
    ['[::1]:5000/app', '[::1]:5000/app'],
    ['ghcr.io/team/app_x.y--z', 'ghcr.io/team/app_x.y--z'],
    [`registry.example.com/app:1@${digest}`, `registry.example.com/app:1@${digest}`],
    [`node@${digest}`, `docker.io/library/node@${digest}`],
  ])('%s is read as %s', (text, whole) => {
    const reference = parseImageReference(text);
    expect(renderImageReference(reference)).toBe(whole);
    expect(parseImageReference(whole)).toEqual(reference);
  });

  it.each([
    ['', 'is not allowed in a name'],
    ['https://registry.example.com/app', 'it is a URL'],
    ['Team/App', '"Team" is not allowed in a name'],
    ['registry.example.com/Team/app', '"Team" is not allowed in a name'],
    ['app:', '"" is no tag'],
    ['app:a b', '"a b" is no tag'],
    [`app:${'x'.repeat(129)}`, 'is no tag'],
    ['app@sha256:abc', 'what follows "@" is no digest'],
    ['app@md5:0', 'what follows "@" is no digest'],
    ['a//b', '"" is not allowed in a name'],
    ['-x.y/app', '"-x.y" is no name of a registry'],
    ['app;rm -rf', 'is not allowed in a name'],
    ['../../etc', 'is no name of a registry'],
    [`a/${'b'.repeat(255)}`, 'longer than 255'],
  ])('"%s" is refused', (text, reason) => {
    expect(() => parseImageReference(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_IMAGE_REFERENCE',
        kind: 'usage',
        message: expect.stringContaining(reason),
        hint: expect.any(String),
      }),
    );
  });

  it('in capitals gets the name that would do', () => {
    expect(() => parseImageReference('registry.example.com/Team/app')).toThrow(
      expect.objectContaining({ hint: 'names are lower case: "team"' }),
    );
  });
});

describe('a platform', () => {
  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['linux/x64', 'linux/amd64'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/arm/v7', 'linux/arm/v7'],
  ])('%s is %s', (text, rendered) => {
    expect(renderPlatform(parsePlatform(text))).toBe(rendered);
  });

  it.each(['linux', 'linux/', '/amd64', 'linux/arm/v7/x', 'linux amd64'])('"%s" is refused', (text) => {
    expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: 'INVALID_PLATFORM' }));
  });
});
