import { describe, expect, it } from 'vitest';
import { collect } from '../runtime-fixture.ts';
import type { RuntimeUnderTest } from './runtime-under-test.ts';

/** Values that nobody is to see. */
export function testSecrets(subject: RuntimeUnderTest): void {
  const { run, submit } = subject;
  describe('secrets', () => {
    const secrets = { TOKEN: 'hunter2-very-secret' };

    it('never reach log, journal, results or error', async () => {
      const running = await submit('leaking', { secretNames: ['TOKEN'] }, { secrets });
      const outcome = await running.wait();
      const everything =
        JSON.stringify([outcome, await collect(running.events())]) + subject.fixture.log(running.uid);
      expect(everything).not.toContain('hunter2');
      expect(everything).not.toContain(Buffer.from(secrets.TOKEN).toString('base64').slice(0, 20));
      expect(subject.fixture.log(running.uid)).toContain('the token is ***');
      expect(outcome.error?.message).toContain('failed with ***');
      expect(outcome.record.results.token).toEqual({ nested: ['***'], '***': 1 });
    });

    it('of one run are not there for another', async () => {
      await run('leaking', { secretNames: ['TOKEN'] }, { secrets });
      expect((await run('otherSecret')).error).toMatchObject({ code: 'SECRET_NOT_FOUND' });
    });
  });
}
