import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../src/tracking/journal.ts';
import type { EventBody } from '../../src/tracking/journal-event.ts';
import { readJournal, readWholeJournal } from '../../src/tracking/read-journal.ts';
import { canMount, mountDisk, resizeDisk } from './mount-disk.ts';
import { tempDirectory } from './temp-directory.ts';

const metric = (value: number): EventBody => ({ kind: 'metric', key: 'loss', value });

function begin(file: string): Journal {
  const journal = Journal.draft(file);
  journal.place();
  return journal;
}

describe('a journal', () => {
  it('keeps every event as one line that is on file when append returns', () => {
    const file = path.join(tempDirectory(), 'events.jsonl');
    const journal = begin(file);
    const [event] = journal.append(metric(1));
    expect(readFileSync(file, 'utf8')).toBe(`${JSON.stringify(event)}\n`);
    journal.close();
  });

  it('ignores an unterminated last line, and cuts it away when a writer takes over', () => {
    const file = path.join(tempDirectory(), 'events.jsonl');
    const journal = begin(file);
    journal.append(metric(1), metric(2));
    journal.close();
    appendFileSync(file, '{"seq":3,"time":1,"kind":"met');
    expect(readWholeJournal(file).events).toHaveLength(2);
    const next = Journal.takeOver(file);
    expect(next.events).toHaveLength(2);
    expect(next.journal.append(metric(3))[0]?.seq).toBe(3);
    next.journal.close();
    expect(readWholeJournal(file).events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('survives being cut at any byte: all whole lines are read, and it goes on after them', () => {
    const directory = tempDirectory();
    const file = path.join(directory, 'events.jsonl');
    const journal = begin(file);
    journal.append(metric(1), { kind: 'label', key: 'ü', value: 'täxt €' }, metric(2));
    journal.close();
    const bytes = readFileSync(file);
    for (let length = 0; length <= bytes.length; length++) {
      const cut = path.join(directory, `cut-${length}.jsonl`);
      writeFileSync(cut, bytes.subarray(0, length));
      const whole = bytes.subarray(0, length).filter((byte) => byte === 10).length;
      expect(readWholeJournal(cut).events).toHaveLength(whole);
      const next = Journal.takeOver(cut);
      expect(next.journal.append(metric(9))[0]?.seq).toBe(whole + 1);
      next.journal.close();
      expect(readWholeJournal(cut).events).toHaveLength(whole + 1);
    }
  });

  it('reports garbage in the middle with file and line, and gives what is before it', () => {
    const file = path.join(tempDirectory(), 'events.jsonl');
    const journal = begin(file);
    journal.append(metric(1), metric(2));
    journal.close();
    appendFileSync(file, 'garbage\n{"seq":4,"time":1,"kind":"metric","key":"loss","value":1}\n');
    const chunk = readJournal(file);
    expect(chunk.events).toHaveLength(2);
    expect(chunk.corrupt).toMatchObject({ code: 'JOURNAL_CORRUPT', details: { file, line: 3 } });
    expect(() => readWholeJournal(file)).toThrow(`"${file}" is damaged: line 3`);
  });

  it('reports a missing line by the gap in the numbers', () => {
    const file = path.join(tempDirectory(), 'events.jsonl');
    writeFileSync(file, '{"seq":1,"time":1,"kind":"commit"}\n{"seq":3,"time":1,"kind":"commit"}\n');
    expect(() => readWholeJournal(file)).toThrow('line 2 goes on with seq 3 where 2 is due');
  });

  it('takes a replayed batch once', () => {
    const file = path.join(tempDirectory(), 'events.jsonl');
    const line = (seq: number): string => `{"seq":${seq},"time":1,"kind":"commit","message":"m"}\n`;
    writeFileSync(file, line(1) + line(2) + line(1) + line(2) + line(3));
    expect(readWholeJournal(file).events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('reads lines that are longer than a block', () => {
    const file = path.join(tempDirectory(), 'events.jsonl');
    const journal = begin(file);
    const text = 'x'.repeat(20_000_000);
    journal.append({ kind: 'commit', message: text }, metric(1));
    journal.close();
    expect(readWholeJournal(file).events).toHaveLength(2);
  });

  it('writes nothing of an event that is no JSON', () => {
    const file = path.join(tempDirectory(), 'events.jsonl');
    const journal = begin(file);
    expect(() => journal.append({ kind: 'result', key: 'a', value: 1n as never })).toThrow(TypeError);
    expect(journal.append(metric(1))[0]?.seq).toBe(1);
    journal.close();
    expect(readWholeJournal(file).events).toHaveLength(1);
  });
});

describe.runIf(canMount)('a journal on a full disk', () => {
  it('says so, leaves no part of a line, and goes on once there is space', () => {
    const disk = mountDisk('64k');
    const file = path.join(disk, 'events.jsonl');
    const journal = begin(file);
    let acknowledged = 0;
    const fill = (): void => {
      for (;;) acknowledged = journal.append({ kind: 'commit', message: 'x'.repeat(500) })[0]?.seq ?? 0;
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'DISK_FULL', hint: expect.stringContaining('gc') }));
    expect(readFileSync(file).at(-1)).toBe(10);
    expect(readWholeJournal(file).position.seq).toBe(acknowledged);
    resizeDisk(disk, '256k');
    expect(journal.append(metric(1))[0]?.seq).toBe(acknowledged + 1);
    journal.close();
    expect(readWholeJournal(file).events).toHaveLength(acknowledged + 1);
  });

  it('leaves no part of a line of many-byte characters that was written alone', () => {
    const file = path.join(mountDisk('64k'), 'events.jsonl');
    const journal = begin(file);
    let acknowledged = 0;
    const fill = (): void => {
      for (;;) acknowledged = journal.appendOne({ kind: 'commit', message: '€'.repeat(500) }).seq;
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
    journal.close();
    expect(readFileSync(file).at(-1)).toBe(10);
    expect(readWholeJournal(file).position.seq).toBe(acknowledged);
  });
});
