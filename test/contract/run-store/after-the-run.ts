import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OpenedRunStore } from './opened-run-store.ts';

/** What happens to runs that have ended. */
export function testAfterTheRun(subject: OpenedRunStore): void {
  const { created, finished, finishedWithFile } = subject;
  describe('after the run', () => {
    it('sets and removes labels, and finds runs by them', async () => {
      const uid = finished({ labels: { team: 'a', keep: 'yes' } });
      await subject.store.setLabels(uid, { team: 'b', keep: null, note: 'good' });
      expect((await subject.other.getRun(uid)).labels).toEqual({ team: 'b', note: 'good' });
      expect((await subject.other.searchRuns({ labels: { team: 'b' } })).runs).toHaveLength(1);
      expect((await subject.other.searchRuns({ filter: "labels.keep = 'yes'" })).runs).toHaveLength(0);
    });

    it('notes what became of notifications, the last word about a name and a state', async () => {
      const uid = finished();
      expect((await subject.other.getRun(uid)).notifications).toBeUndefined();
      const note = {
        name: 'team',
        kind: 'webhook',
        on: 'completed',
        at: '2026-01-01T00:00:00.000Z',
      } as const;
      const error = { code: 'NOTIFICATION_REFUSED', message: 'x'.repeat(5000) };
      await subject.store.noteNotification(uid, { ...note, state: 'pending', attempts: 1, error });
      await subject.store.noteNotification(uid, { ...note, on: 'running', state: 'sent', attempts: 1 });
      expect((await subject.other.getRun(uid)).notifications?.map(({ on, state }) => [on, state])).toEqual([
        ['completed', 'pending'],
        ['running', 'sent'],
      ]);
      await subject.store.noteNotification(uid, { ...note, state: 'sent', attempts: 2 });
      const { notifications } = await subject.other.getRun(uid);
      expect(notifications?.[0]).toEqual({ ...note, state: 'sent', attempts: 2 });
      expect((await subject.other.searchRuns({})).runs[0]?.notifications).toEqual(notifications);
    });

    it('moves a run with its trials to the trash and back', async () => {
      const sweep = finished({ runKind: 'sweep' });
      const trial = finished({ runKind: 'trial', parent: sweep });
      await subject.store.trashRun(sweep);
      expect((await subject.other.searchRuns({ all: true })).runs).toHaveLength(0);
      expect((await subject.other.searchRuns({ all: true, trashed: true })).runs).toHaveLength(2);
      expect((await subject.other.getRun(trial)).trashed).toBe(true);
      await subject.store.restoreRun(sweep);
      expect((await subject.other.searchRuns({ all: true })).runs).toHaveLength(2);
    });

    it('refuses to trash a run that goes on', async () => {
      const writer = subject.store.createRun(created());
      await expect(subject.store.trashRun(writer.uid)).rejects.toMatchObject({ code: 'RUN_BUSY' });
      writer.close();
    });

    it('collects trashed runs and what only they referred to, and nothing with a dry run', async () => {
      const gone = await finishedWithFile('model', 'only here');
      const shared = await finishedWithFile('model', 'shared');
      const keeper = await finishedWithFile('copy', 'shared');
      await subject.store.trashRun(gone.producer);
      await subject.store.trashRun(shared.producer);
      const plan = await subject.other.collectGarbage({ dryRun: true });
      expect(plan.artifacts.map(({ digest }) => digest)).toEqual([gone.digest]);
      expect(new Set(plan.runs)).toEqual(new Set([gone.producer, shared.producer]));
      await expect(subject.other.artifactDirectory(gone.digest)).resolves.toBeTruthy();
      const done = await subject.other.collectGarbage({ dryRun: false });
      expect(done).toEqual({ ...plan, dryRun: false });
      await expect(subject.store.artifactDirectory(gone.digest)).rejects.toMatchObject({
        code: 'ARTIFACT_NOT_FOUND',
      });
      await expect(subject.store.artifactDirectory(keeper.digest)).resolves.toBeTruthy();
      await expect(subject.store.getRun(gone.producer)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
      expect((await subject.store.searchRuns({ trashed: true })).runs).toHaveLength(0);
    });

    it('keeps trashed runs that are too fresh, and those that a tag leads to', async () => {
      const tagged = await finishedWithFile('model', 'tagged');
      await subject.store.tagArtifact(tagged.uri, 'production');
      await subject.store.trashRun(tagged.producer);
      expect((await subject.store.collectGarbage({ dryRun: false })).runs).toEqual([]);
      expect(await subject.store.resolveArtifact('store://demo/model:production')).toEqual(tagged);
      await subject.store.trashRun(finished());
      expect((await subject.store.collectGarbage({ dryRun: false, olderThanMs: 60_000 })).runs).toEqual([]);
    });

    it('exports a run with its artifacts and imports it into another store', async () => {
      const artifact = await finishedWithFile('model', 'weights');
      await subject.store.setLabels(artifact.producer, { note: 'exported' });
      const folder = mkdtempSync(path.join(tmpdir(), 'slipway-export-'));
      const target = await subject.create();
      const importer = await target.open();
      try {
        const exported = path.join(folder, 'run');
        await subject.store.exportRun(artifact.producer, exported);
        const record = await importer.importRun(exported);
        expect(record).toEqual(await subject.store.getRun(artifact.producer));
        expect(await importer.resolveArtifact('store://demo/model')).toEqual(artifact);
        await importer.artifactDirectory(artifact.digest);
        expect((await importer.searchRuns({})).runs).toHaveLength(1);
        await expect(importer.importRun(exported)).rejects.toMatchObject({ code: 'RUN_EXISTS' });
        await expect(subject.store.exportRun(artifact.producer, exported)).rejects.toMatchObject({
          code: 'INVALID_EXPORT',
        });
      } finally {
        await importer.close();
        await target.dispose();
        rmSync(folder, { recursive: true });
      }
    });
  });
}
