import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { createRuntimeFixture, type RuntimeFixture } from './runtime-fixture.ts';

/** What a run prints is kept however much it is. Beside other runs it would take their time, so it runs by itself. */
export function testLongOutput(name: string, create: () => Runtime): void {
  describe(`the ${name} runtime, with much output`, () => {
    let fixture: RuntimeFixture;
    let runtime: Runtime;

    beforeAll(() => {
      fixture = createRuntimeFixture();
      runtime = create();
    });
    afterAll(async () => {
      await runtime.close();
      await fixture.remove();
    });

    it('keeps every one of a million lines, in order', async () => {
      const lines = 1_000_000;
      const job = fixture.job('flooding', { params: { lines, text: 'some text on line' } });
      const running = await runtime.submit(job, { store: fixture.store });
      let bytes = 0;
      for await (const { text } of running.logs()) bytes += text.length;
      const { record } = await running.wait();
      const log = fixture.log(record.uid);
      expect(log.length).toBe(bytes);
      const kept = log.split('\n');
      expect(kept.filter((line) => line !== 'done' && line !== '')).toHaveLength(lines);
      expect(kept.indexOf(`some text on line ${lines}`)).toBeGreaterThanOrEqual(lines - 1);
      expect(kept[499_999]).toBe('some text on line 500000');
    }, 900_000);
  });
}
