import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestBytes } from '../../../src/core/digest.ts';
import type { OpenedRunStore } from './opened-run-store.ts';

/** What runs keep beside their journals. */
export function testArtifacts(subject: OpenedRunStore): void {
  const { finishedWithFile } = subject;
  describe('artifacts', () => {
    it('stores a file under its digest and a folder under that of its listing', async () => {
      const staging = await subject.store.createStaging();
      writeFileSync(path.join(staging, 'content.txt'), 'hello');
      const file = await subject.store.putArtifact(staging, { directory: false });
      expect(file).toEqual({ digest: digestBytes('hello'), size: 5, files: ['content.txt'] });
      const again = await subject.store.createStaging();
      writeFileSync(path.join(again, 'content.txt'), 'hello');
      const folder = await subject.store.putArtifact(again, { directory: true });
      expect(folder.digest).not.toBe(file.digest);
      const directory = await subject.other.artifactDirectory(file.digest);
      expect(readFileSync(path.join(directory, 'content.txt'), 'utf8')).toBe('hello');
    });

    it('takes the same content twice', async () => {
      const digests = await Promise.all(
        [1, 2, 3].map(async () => {
          const staging = await subject.store.createStaging();
          writeFileSync(path.join(staging, 'content.txt'), 'same');
          return (await subject.store.putArtifact(staging, { directory: false })).digest;
        }),
      );
      expect(new Set(digests).size).toBe(1);
    });

    it('resolves a key to the newest artifact, a digest and a tag to the one they name', async () => {
      const old = await finishedWithFile('model', 'v1');
      await subject.store.tagArtifact(old.uri, 'best');
      const fresh = await finishedWithFile('model', 'v2');
      expect(await subject.other.resolveArtifact('store://demo/model')).toEqual(fresh);
      expect(await subject.other.resolveArtifact('store://demo/model:latest')).toEqual(fresh);
      expect(await subject.other.resolveArtifact('store://demo/model:best')).toEqual(old);
      expect(await subject.other.resolveArtifact(old.uri)).toEqual(old);
      await subject.store.tagArtifact('store://demo/model', 'best');
      expect(await subject.other.resolveArtifact('store://demo/model:best')).toEqual(fresh);
    });

    it('names the nearest key when there is none', async () => {
      await finishedWithFile('model', 'v1');
      await expect(subject.store.resolveArtifact('store://demo/modle')).rejects.toMatchObject({
        code: 'ARTIFACT_NOT_FOUND',
        hint: expect.stringContaining('model'),
      });
      await expect(subject.store.resolveArtifact('store://demo/model:nosuch')).rejects.toMatchObject({
        code: 'ARTIFACT_NOT_FOUND',
      });
      await expect(subject.store.artifactDirectory(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({
        code: 'ARTIFACT_NOT_FOUND',
      });
    });

    it('searches the newest of each key, or every version, with tags', async () => {
      const old = await finishedWithFile('model', 'v1');
      await subject.store.tagArtifact(old.uri, 'best');
      const fresh = await finishedWithFile('model', 'v2');
      await finishedWithFile('data', 'x');
      expect((await subject.other.searchArtifacts({})).map(({ key }) => key)).toEqual(['data', 'model']);
      const all = await subject.other.searchArtifacts({ key: 'model', all: true });
      expect(all.map(({ digest, tags }) => ({ digest, tags }))).toEqual([
        { digest: fresh.digest, tags: [] },
        { digest: old.digest, tags: ['best'] },
      ]);
      expect(await subject.other.searchArtifacts({ filter: "key like 'mod%' and size = 2" })).toHaveLength(1);
      expect(await subject.other.searchArtifacts({ run: old.producer })).toHaveLength(1);
    });
  });
}
