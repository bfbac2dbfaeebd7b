import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectImages } from '../../../src/functions/image/collect-images.ts';
import type { BuiltImage } from '../../../src/functions/image/image-request.ts';
import { type ImageProject, imageProject } from './function-image.ts';

const code = (n: number): string =>
  `export const add = (ctx: unknown, { a = 1 }: { a?: number }) => a + ${n};\n`;

let folder: string;
let cache: string;
let project: ImageProject;
let first: BuiltImage;
let second: BuiltImage;

/** As if nobody had used anything for two days. */
function age(directory: string): void {
  const then = Date.now() / 1000 - 48 * 3600;
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
    utimesSync(path.join(directory, name), then, then);
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-collect-'));
  cache = path.join(folder, 'cache');
  project = imageProject(path.join(folder, 'project'), cache);
  project.write({ 'add.ts': code(1) });
  first = await project.build('add.ts');
  project.write({ 'add.ts': code(2) });
  second = await project.build('add.ts');
  mkdirSync(path.join(cache, 'images/incoming'), { recursive: true });
  writeFileSync(path.join(cache, 'images/incoming/cut-off.tmp'), 'half of a layer');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const own = (image: BuiltImage): string[] => [
  image.manifest.digest,
  image.config.digest,
  image.layers.at(-1)?.digest ?? '',
];

describe('cleaning up the images of a project', () => {
  it('leaves what was made or used within a day: a builder may be at work', () => {
    expect(collectImages(cache, { dryRun: false })).toEqual({ blobs: [], bytes: 0 });
  });

  it('says what would go, and removes nothing, when it is only asked', () => {
    age(path.join(cache, 'images'));
    const report = collectImages(cache, { dryRun: true });
    expect(report.blobs).toEqual(expect.arrayContaining(own(first)));
    for (const digest of own(second)) expect(report.blobs).not.toContain(digest);
    for (const digest of own(first)) expect(existsSync(project.blobs.path(digest))).toBe(true);
    expect(collectImages(cache, { dryRun: true })).toEqual(report);
  });

  it('removes what only older images of a function had, and keeps the last one whole', async () => {
    const report = collectImages(cache, { dryRun: false });
    expect(report.blobs).toEqual(expect.arrayContaining(own(first)));
    expect(report.bytes).toBeGreaterThan('half of a layer'.length);
    expect(readdirSync(path.join(cache, 'images/incoming'))).toEqual([]);
    expect(await project.build('add.ts')).toMatchObject({ reused: true, manifest: second.manifest });
    expect(collectImages(cache, { dryRun: false })).toEqual({ blobs: [], bytes: 0 });
  });

  it('leaves what a builder has just begun to use, though it is old', async () => {
    const other = imageProject(path.join(folder, 'other'), cache);
    other.write({ 'other.ts': code(7).replace('add', 'other') });
    const old = await other.build('other.ts');
    rmSync(path.join(cache, 'images/functions/other.json'));
    age(path.join(cache, 'images'));
    // the builder's first question
    expect(other.blobs.has(old.layers.at(-1)?.digest ?? '')).toBe(true);
    const { blobs } = collectImages(cache, { dryRun: false });
    expect(blobs).toContain(old.manifest.digest);
    expect(blobs).not.toContain(old.layers.at(-1)?.digest);
  });

  it('puts an image together again that had gone', async () => {
    project.write({ 'add.ts': code(1) });
    expect(await project.build('add.ts')).toMatchObject({ reused: false, manifest: first.manifest });
  });
});
