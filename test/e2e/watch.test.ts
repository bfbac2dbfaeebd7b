import { describe, expect, it } from 'vitest';
import { createFolder, until } from './slipway.ts';
import { wait } from './sources.ts';

describe('a run under way', () => {
  it('is listed by ps, followed by logs -f, and ended by stop from another shell', async () => {
    const folder = createFolder({ 'wait.ts': wait });
    const running = folder.start(['run', 'wait.ts', '-o', 'json']);
    await running.sees('waiting');
    const { data: listed } = await folder.json(['ps']);
    expect(listed).toMatchObject([{ name: 'wait', state: 'running' }]);
    const [{ uid }] = listed;
    const following = folder.start(['logs', uid.slice(0, 16), '-f']);
    await following.sees('waiting');
    const stopped = await folder.json(['stop', uid, '--reason', 'enough']);
    expect(stopped).toMatchObject({ code: 0, data: [{ uid, state: 'aborted' }] });
    const answer = await running.ended;
    expect(answer.code).toBe(130);
    expect(JSON.parse(answer.stdout)).toMatchObject({
      uid,
      state: 'aborted',
      error: { message: expect.stringContaining('enough') },
    });
    expect(await following.ended).toMatchObject({ code: 0, stdout: 'waiting\n' });
    expect((await folder.json(['ps'])).data).toEqual([]);
    expect((await folder.slipway(['stop', uid])).stdout).toContain('had already ended: aborted');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is aborted by %s, says so in its record, and exits with %i', async (signal, code) => {
    const folder = createFolder({ 'wait.ts': wait });
    const running = folder.start(['run', 'wait.ts', '-o', 'json']);
    await running.sees('waiting');
    running.child.kill(signal);
    const answer = await running.ended;
    expect(answer.code).toBe(code);
    expect(JSON.parse(answer.stdout).state).toBe('aborted');
    expect(answer.stderr).toContain(`stopping (${signal})`);
  });

  it('is left at once on the second Ctrl-C, and then ends too', async () => {
    const folder = createFolder({
      'stubborn.ts': `export function stubborn() { console.log('deaf'); for (;;); }`,
    });
    const running = folder.start(['run', 'stubborn.ts']);
    await running.sees('deaf');
    running.child.kill('SIGINT');
    await running.sees('again');
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    const { data } = await until(
      () => folder.json(['get', 'runs']),
      ({ data: [run] }) => run.state !== 'running',
    );
    expect(['aborted', 'lost']).toContain(data[0].state);
  });

  it('keeps its output for later, whole or only the end of it', async () => {
    const folder = createFolder({
      'f.ts': `export function f() { for (let i = 1; i <= 5; i++) console.log('line', i); }`,
    });
    const { data } = await folder.json(['run', 'f.ts']);
    expect((await folder.slipway(['logs'])).stdout).toBe('line 1\nline 2\nline 3\nline 4\nline 5\n');
    expect((await folder.slipway(['logs', '@last', '--tail', '1'])).stdout).toBe('line 5\n');
    expect((await folder.slipway(['logs', '-f', '--tail', '2', data.uid])).stdout).toBe('line 4\nline 5\n');
    expect((await folder.json(['logs', data.uid, '--tail', '1'])).data).toEqual({
      uid: data.uid,
      log: 'line 5\n',
    });
  });
});
