import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Ledger, readLedger } from '../../src/tracking/ledger.ts';
import { tempDirectory } from './temp-directory.ts';

describe('a ledger', () => {
  it('gives facts in the order of their lines, and goes on from an offset', () => {
    const ledger = new Ledger(path.join(tempDirectory(), 'deep', 'ledger.jsonl'));
    ledger.append({ kind: 'run', uid: 'a' });
    const first = readLedger(ledger.file);
    ledger.append({ kind: 'run', uid: 'b' }, { kind: 'trash', uid: 'a' });
    const rest = readLedger(ledger.file, first.offset);
    expect(rest.entries.map(({ fact }) => fact.kind)).toEqual(['run', 'trash']);
    expect(rest.offset).toBe(ledger.size());
    ledger.close();
  });

  it('has no facts when it is missing', () => {
    expect(readLedger(path.join(tempDirectory(), 'none'))).toEqual({ entries: [], offset: 0 });
  });

  it('loses only the torn line when another one is glued to it', () => {
    const ledger = new Ledger(path.join(tempDirectory(), 'ledger.jsonl'));
    ledger.append({ kind: 'run', uid: 'a' });
    appendFileSync(ledger.file, '{"time":1,"kind":"trash","ui');
    ledger.append({ kind: 'run', uid: 'b' }, { kind: 'stop', uid: 'b', reason: 'it has {"time":1} in it' });
    const facts = readLedger(ledger.file).entries.map(({ fact }) => ('uid' in fact ? fact.uid : ''));
    expect(facts).toEqual(['a', 'b', 'b']);
    ledger.close();
  });

  it('refuses a fact longer than 4 KB and writes nothing of it', () => {
    const ledger = new Ledger(path.join(tempDirectory(), 'ledger.jsonl'));
    ledger.append({ kind: 'run', uid: 'a' });
    const before = readFileSync(ledger.file, 'utf8');
    expect(() => ledger.append({ kind: 'label', uid: 'a', key: 'k', value: 'x'.repeat(5000) })).toThrow(
      expect.objectContaining({ code: 'FACT_TOO_LARGE' }),
    );
    expect(readFileSync(ledger.file, 'utf8')).toBe(before);
    ledger.close();
  });
});
