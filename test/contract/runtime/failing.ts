import { describe, expect, it } from 'vitest';
import type { RuntimeUnderTest } from './runtime-under-test.ts';

/** How runs fail, and what is said of it. */
export function testFailing({ run }: RuntimeUnderTest): void {
  describe('a failing run', () => {
    it('tells what was thrown', async () => {
      const { state, record, error } = await run('failing');
      expect(state).toBe('error');
      expect(error).toMatchObject({
        kind: 'user-code',
        message: expect.stringContaining('the data is wrong'),
      });
      expect(record.error).toEqual(error);
      expect(record.endedAt).toBeDefined();
    });

    it('takes whatever is thrown', async () => {
      expect(await run('rejecting')).toMatchObject({
        state: 'error',
        error: { kind: 'user-code', message: expect.stringContaining('a bare string') },
      });
    });

    it('keeps what was being saved when it failed', async () => {
      const { state, record } = await run('failingAfterSave');
      expect(state).toBe('error');
      expect(record.artifacts.map(({ key }) => key)).toEqual(['kept']);
    });

    it.each([0, 3])('is an error after process.exit(%d), with the code in its record', async (code) => {
      const { state, record } = await run('exiting', { params: { code } });
      expect(state).toBe('error');
      expect(record).toMatchObject({ exitCode: code, error: { code: 'RUN_EXITED' } });
    });

    it('is an error after process.exit in a callback', async () => {
      expect(await run('exitingInCallback')).toMatchObject({
        state: 'error',
        error: { code: 'RUN_EXITED' },
      });
    });

    it('is ended by a rejection or exception that nobody catches', async () => {
      const rejection = await run('strayRejection');
      expect(rejection).toMatchObject({
        state: 'error',
        error: { message: expect.stringContaining('nobody catches this') },
        record: { results: { before: 1 } },
      });
      expect(await run('strayException')).toMatchObject({
        state: 'error',
        error: { message: expect.stringContaining('thrown from a timer') },
      });
    });

    it('names an unknown handler and the nearest', async () => {
      expect(await run('everythin')).toMatchObject({
        state: 'error',
        error: { code: 'HANDLER_NOT_FOUND', hint: 'did you mean "everything"?' },
      });
    });

    it('refuses keys and values that cannot be stored, naming them', async () => {
      expect((await run('badKey')).error).toMatchObject({ code: 'INVALID_VALUE' });
      expect((await run('cyclic')).error).toMatchObject({
        code: 'INVALID_VALUE',
        message: expect.stringContaining('"loop"'),
      });
    });

    it('says which input does not exist', async () => {
      const { state, error } = await run('reading', { inputs: { data: { uri: 'absent.csv' } } });
      expect(state).toBe('error');
      expect(error?.message).toContain('absent.csv');
      expect(error?.kind).toBe('not-found');
    });
  });
}
