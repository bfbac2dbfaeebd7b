import { describe, expect, it } from 'vitest';
import { agentExitCode } from '../../../src/runtime/agent/agent-exit.ts';
import { parseLastWord, renderLastWord } from '../../../src/runtime/agent/last-word.ts';
import { classifyPod } from '../../../src/runtime/kubernetes/attempt/classify-pod.ts';
import { missingOutput } from '../../../src/runtime/kubernetes/attempt/missing-output.ts';
import type { RunSighting } from '../../../src/runtime/kubernetes/follow/follow-run.ts';
import { exampleJob } from './example-job.ts';

const failed = { code: 'USER_CODE_FAILED', kind: 'user-code', message: 'the data is wrong' } as const;
const job = exampleJob();

/** A pod whose container ended with this code and left this behind. */
function ended(exitCode: number, message?: string): RunSighting {
  return { phase: 'failed', ended: { exitCode, ...(message === undefined ? {} : { message }) } };
}

describe('the last word of a pod', () => {
  it('comes back as it was said', () => {
    const report = { state: 'error', error: failed, exitCode: 3, written: false } as const;
    expect(parseLastWord(renderLastWord(report))).toMatchObject({
      state: 'error',
      written: false,
      exit: 3,
      code: failed.code,
      message: failed.message,
      error: failed,
    });
  });

  it.each([100, 1000, 5000, 100_000])('fits whatever is in it: %d characters', (length) => {
    const text = 'ü'.repeat(length);
    const error = { ...failed, message: text, hint: text, stack: text, details: { text } };
    const word = renderLastWord({ state: 'aborted', error, reason: text, written: true });
    expect(Buffer.byteLength(word)).toBeLessThanOrEqual(4096);
    expect(parseLastWord(word)).toMatchObject({ state: 'aborted', written: true, code: failed.code });
  });

  it('is none where a container leaves something else', () => {
    for (const text of [undefined, '', 'Killed', '{"a":1}', 'null', '[]'])
      expect(parseLastWord(text)).toBeUndefined();
  });

  it('goes with an exit code that says whether another attempt makes sense', () => {
    const code = (kind: string, of = 'X'): number =>
      agentExitCode({ state: 'error', error: { code: of, kind, message: '' } as never });
    expect(agentExitCode({ state: 'completed' })).toBe(0);
    expect(agentExitCode({ state: 'aborted' })).toBe(143);
    expect(code('user-code')).toBe(1);
    expect(code('usage', 'DELIVERY_INVALID')).toBe(64);
    expect(code('not-found', 'DATA_NOT_FOUND')).toBe(65);
    expect(code('not-found', 'HANDLER_NOT_FOUND')).toBe(66);
    expect(code('usage', 'BUNDLE_MISSING')).toBe(66);
  });
});

describe('a pod whose run did not say how it ended', () => {
  it('failed with what it said at last', () => {
    const word = renderLastWord({ state: 'error', error: failed, written: false });
    expect(classifyPod(job, ended(1, word), undefined)).toMatchObject({
      state: 'error',
      error: failed,
      written: false,
    });
  });

  it('is not completed when the server does not have all of it', () => {
    const word = renderLastWord({ state: 'completed', written: false });
    expect(classifyPod(job, ended(75, word), undefined)).toMatchObject({
      state: 'error',
      error: { code: 'NOT_SHIPPED' },
    });
  });

  it('says how it ended, and that part of what it logged is lost with it', () => {
    const abort = { cause: 'abort', reason: 'enough' } as const;
    const word = renderLastWord({ state: 'aborted', written: false }, { shipped: false });
    const lost = /not all that it had logged came to the tracking server/;
    expect(classifyPod(job, ended(143, word), abort)).toMatchObject({
      state: 'aborted',
      reason: 'enough',
      error: { message: expect.stringMatching(lost), details: { shipped: false } },
    });
    const long = { ...failed, message: 'x'.repeat(9000) };
    const cut = renderLastWord({ state: 'error', error: long, written: false }, { shipped: false });
    expect(parseLastWord(cut)).toMatchObject({ shipped: false });
    const said = renderLastWord({ state: 'error', error: failed, written: false }, { shipped: false });
    expect(classifyPod(job, ended(75, said), undefined).error).toMatchObject({
      code: failed.code,
      message: expect.stringMatching(lost),
    });
    // a pod that was killed before it could say anything
    expect(classifyPod(job, ended(137), abort).error?.message).toMatch(lost);
    const all = renderLastWord({ state: 'aborted', written: false });
    expect(classifyPod(job, ended(143, all), abort).error?.message).not.toMatch(lost);
  });

  it('was aborted, or out of time, when it was told to end', () => {
    const abort = { cause: 'abort', reason: 'enough' } as const;
    expect(classifyPod(job, ended(137), abort)).toMatchObject({ state: 'aborted', reason: 'enough' });
    const timeout = { cause: 'timeout', reason: 'late' } as const;
    expect(classifyPod({ ...job, timeoutMs: 50 }, ended(137), timeout)).toMatchObject({
      state: 'error',
      error: { code: 'RUN_TIMEOUT' },
    });
  });

  it('was lost when its Job is gone, and is what the cluster says otherwise', () => {
    expect(classifyPod(job, { phase: 'gone' }, undefined).error).toMatchObject({
      code: 'POD_LOST',
      message: expect.stringContaining('deleted'),
    });
    // a pod that was waiting for something, and had it, when its Job went away
    const missing = {
      code: 'POD_CONFIG_INVALID',
      kind: 'usage',
      message: 'Secret "x" does not exist',
    } as const;
    const waiting = { trouble: 'secret-missing', verdict: 'wait', error: missing } as const;
    expect(classifyPod(job, { phase: 'gone', diagnosis: waiting }, undefined).error?.code).toBe('POD_LOST');
    const error = { code: 'RUN_OUT_OF_MEMORY', kind: 'failed', message: 'too much' } as const;
    const diagnosis = { trouble: 'out-of-memory', verdict: 'fail', error, exitCode: 137 } as const;
    expect(classifyPod(job, { ...ended(137), diagnosis }, undefined)).toMatchObject({
      state: 'error',
      error,
    });
  });
});

describe('output that a pod could not bring to the store', () => {
  it('is what its log holds beyond it', () => {
    expect(missingOutput('a\nb\n', ['a', 'b', 'c', 'd'])).toBe('c\nd\n');
    expect(missingOutput('', ['a'])).toBe('a\n');
    expect(missingOutput('a\n', ['a'])).toBe('');
  });

  it('counts lines that are alike, and takes them in any order', () => {
    expect(missingOutput('b\na\n', ['a', 'b', 'a'])).toBe('a\n');
  });

  it('goes on with a line that was cut', () => {
    expect(missingOutput('a\nhalf a li', ['a', 'half a line', 'b'])).toBe('ne\nb\n');
    expect(missingOutput('a\nhalf', ['a', 'b'])).toBe('\nb\n');
  });
});
