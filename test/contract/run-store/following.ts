import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metric, type OpenedRunStore } from './opened-run-store.ts';

/** Reading along while others write. */
export function testFollowing(subject: OpenedRunStore): void {
  const { created } = subject;
  describe('following', () => {
    it('gives events as they come and stops when the run has ended', async () => {
      const writer = subject.store.createRun(created());
      const seen: string[] = [];
      const following = (async () => {
        for await (const event of subject.other.events(writer.uid, { follow: true, after: writer.lastSeq })) {
          seen.push(event.kind);
          if (event.kind === 'metric') writer.append({ kind: 'state', state: 'completed' });
        }
      })();
      writer.append(metric('loss', 1));
      await following;
      writer.close();
      expect(seen).toEqual(['metric', 'state']);
    });

    it('stops following when the signal fires', async () => {
      const writer = subject.store.createRun(created());
      const abort = new AbortController();
      for await (const _ of subject.other.events(writer.uid, { follow: true, signal: abort.signal }))
        abort.abort();
      for await (const _ of subject.other.logs(writer.uid, { follow: true, signal: abort.signal }))
        throw new Error('nothing is due');
      writer.close();
    });

    it('gives the output from an offset on, and follows it to the end', async () => {
      const writer = subject.store.createRun(created());
      writeFileSync(writer.logFile, 'one\n');
      let text = '';
      for await (const chunk of subject.other.logs(writer.uid, { follow: true, offset: 2 })) {
        text += Buffer.from(chunk).toString();
        if (text === 'e\n') {
          writeFileSync(writer.logFile, 'two\n', { flag: 'a' });
          writer.append({ kind: 'state', state: 'completed' });
        }
      }
      writer.close();
      expect(text).toBe('e\ntwo\n');
    });

    it('says that a run to be followed does not exist', async () => {
      const read = async (): Promise<void> => {
        for await (const _ of subject.store.events('nosuchrun')) return;
      };
      await expect(read()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    });
  });
}
