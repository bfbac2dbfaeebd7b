import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { pulse } from '../../../src/core/pulse.ts';
import type { DisplayPort, MimeBundle } from '../../../src/notebooks/display/port/display-port.ts';
import { followRun } from '../../../src/notebooks/display/run/follow-run.ts';
import { RunTracker } from '../../../src/notebooks/display/run/run-tracker.ts';
import { renderRunSummary } from '../../../src/tracking/render-run-summary.ts';
import type { RunWriter } from '../../../src/tracking/store.ts';
import { onBusyMachines } from '../../setup/on-busy-machines.ts';
import { createStore } from './recorded-run.ts';

interface Sent {
  readonly at: number;
  readonly id: string | undefined;
  readonly update: boolean;
  readonly bundle: MimeBundle;
}

/** A front end that keeps what it is sent. */
function listen(): { readonly port: DisplayPort; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const port: DisplayPort = {
    isCurrent: true,
    show: (bundle, { id } = {}) => void sent.push({ at: performance.now(), id, update: false, bundle }),
    update: (bundle, id) => void sent.push({ at: performance.now(), id, update: true, bundle }),
  };
  return { port, sent };
}

const textOf = ({ bundle }: Sent): string => String(bundle['text/plain']);

/** Follows a run that this test writes by hand, until `write` has returned. */
async function follow(
  where: 'journal' | 'store',
  port: DisplayPort,
  write: (writer: RunWriter) => Promise<void>,
): Promise<void> {
  const store = createStore();
  const uid = 'run1';
  const writer = store.createRun({
    uid,
    name: 'train',
    project: 'demo',
    runKind: 'run',
    params: {},
    inputs: {},
    labels: {},
  });
  writer.append({ kind: 'state', state: 'running' });
  const journal = path.join(writer.directory, where === 'journal' ? 'events.jsonl' : 'is not here');
  const wait = async () => {
    await write(writer);
    writer.append({ kind: 'state', state: 'completed' });
    const record = writer.record();
    writer.close();
    return record;
  };
  const options = { store, journal, tracker: new RunTracker(), port, renderText: renderRunSummary };
  await followRun({ uid, wait }, options);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(['journal', 'store'] as const)('a card that follows a run through its %s', (where) => {
  it('shows what is logged while it goes on, and all of it in the end', async () => {
    const { port, sent } = listen();
    await follow(where, port, async (writer) => {
      for (let step = 0; step < 200; step++) {
        writer.append({ kind: 'metric', key: 'loss', value: step, step });
        await pause(5);
      }
    });
    expect(sent.map(({ update }) => update)).toEqual(sent.map((_, i) => i > 0));
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    for (const { at } of sent)
      expect(sent.filter((other) => other.at >= at && other.at < at + 1000).length).toBeLessThanOrEqual(4);
    expect(sent.slice(1, -1).some((message) => /train · running[\s\S]*loss=\d+/.test(textOf(message)))).toBe(
      true,
    );
    const last = sent.at(-1);
    expect(last && textOf(last)).toMatch(/^train · completed[\s\S]*loss=199$/);
    expect(last?.bundle['text/html']).toContain('<td class="n dim">200</td>');
  });

  it('shows the last state of a run that is over at once', async () => {
    const { port, sent } = listen();
    await follow(where, port, async (writer) => {
      writer.append({ kind: 'metric', key: 'loss', value: 1 });
      writer.append({ kind: 'metric', key: 'loss', value: 2 });
    });
    expect(sent).toHaveLength(2);
    expect(sent[1]?.bundle['text/html']).toContain('<svg class="spark"');
  });
});

describe('a card', () => {
  it('is left in its last state when the run cannot be waited for', async () => {
    const { port, sent } = listen();
    const failing = follow('journal', port, () => Promise.reject(new Error('the disk is full')));
    await expect(failing).rejects.toThrow('the disk is full');
    pulse();
    expect(sent).toHaveLength(2);
  });

  it('never fails the run that it shows', async () => {
    const broken: DisplayPort = {
      isCurrent: true,
      show() {
        throw new Error('gone');
      },
      update() {
        throw new Error('gone');
      },
    };
    await follow(
      'journal',
      broken,
      async (writer) => void writer.append({ kind: 'metric', key: 'a', value: 1 }),
    );
  });

  it('is drawn by the beats of a loop that never lets go', onBusyMachines, async () => {
    const { port, sent } = listen();
    let during = 0;
    await follow('journal', port, async (writer) => {
      const end = performance.now() + 900;
      for (let step = 0; performance.now() < end; step++) {
        if (step % 1000 === 0) writer.append({ kind: 'metric', key: 'step', value: step });
        pulse();
      }
      during = sent.length;
    });
    expect(during).toBeGreaterThanOrEqual(3);
    expect(textOf(sent[during - 1] as Sent)).toMatch(/train · running[\s\S]*step=\d+/);
    pulse();
    expect(sent.length).toBe(during + 1);
  });
});
