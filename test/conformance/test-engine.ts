import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../setup/components.ts';
import { type Case, cases, isCrowd } from './cases.ts';
import type { ConformanceEngine, OpenEngine } from './engines/conformance-engine.ts';
import { renderEventLog } from './event-log.ts';
import { goldenSection } from './golden-section.ts';
import { readSeen, recordSeen } from './seen.ts';

/** Longest time for one case; pods take seconds to start, and a map of a hundred waits for all of them. */
const longestMs = 1_200_000;
/** The same where cases wait for hours of others. */
const longestOfAllMs = 4 * 3_600_000;

/**
 * Every case that an engine runs, compared with what the golden files say of it. With `SLIPWAY_CONFORMANCE=all` every case that it
 * has not been seen to pass; what passes is written down, so that it may be interrupted.
 */
export function testEngine(engine: ConformanceEngine): void {
  const isAll = process.env.SLIPWAY_CONFORMANCE === 'all';
  const left = isAll ? '' : Object.keys(engine.leavesOut ?? {}).join(', ');
  const without = left === '' ? '' : ` (without ${left})`;
  describeWith(engine.needs, `a plan run by: ${engine.name}${without}`, () => {
    let opened: OpenEngine;
    beforeAll(async () => {
      opened = await engine.open();
    }, longestMs);
    afterAll(() => opened.close(), longestMs);

    const mine = isAll ? unseen(engine) : cases.filter(engine.runs);
    if (mine.length === 0) it('has been seen to pass every case', () => expect(unseen(engine)).toEqual([]));

    const turns = takeTurns(engine.parallelism);
    // what a timeout ends does little but wait
    const waits = takeTurns(engine.parallelism);
    // a hundred steps have no use for a machine that they share with hundreds
    const crowds = takeTurns(1);
    const turnOf = ({ shape, behaviour }: Case): typeof turns => {
      if (isCrowd(shape)) return crowds;
      return behaviour.isTimed ? waits : turns;
    };
    const timeout = isAll ? longestOfAllMs : longestMs;
    it.concurrent.for(mine)('$name', { timeout }, async (one, { onTestFailed }) => {
      // of this try alone: the signal that a test has by itself stays fired when it is tried again
      const given = new AbortController();
      const running = turnOf(one)(() => opened.run(one, given.signal), given.signal);
      // one that ran into its time gives its turn to others, and its machine
      onTestFailed(async () => {
        given.abort(new Error('the test has failed'));
        await running.catch(() => undefined);
      });
      const { log } = await running;
      expect(renderEventLog(log)).toBe(goldenSection(one));
      if (isAll) recordSeen(engine.name, one);
    });
  });
}

function unseen({ name }: ConformanceEngine): readonly Case[] {
  const seen = readSeen(name);
  const left = cases.filter((one) => !seen.has(one.name));
  // those that wait for each other would keep all others waiting
  return [...left.filter(({ shape }) => !isCrowd(shape)), ...left.filter(({ shape }) => isCrowd(shape))];
}

/** At most so many at once, in the order in which they come; who is told to stop meanwhile waits no longer. */
function takeTurns(
  limit: number,
): <Result>(act: () => Promise<Result>, signal: AbortSignal) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push(resolve);
      signal.addEventListener('abort', () => {
        const place = waiting.indexOf(resolve);
        if (place >= 0) waiting.splice(place, 1);
        reject(signal.reason);
      });
    });
  return async (act, signal) => {
    if (running >= limit) await turn(signal);
    else running += 1;
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
