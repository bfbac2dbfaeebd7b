import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { behaviours } from './behaviours.ts';
import { cases } from './cases.ts';
import { engines } from './engines/all-engines.ts';
import { renderConformancePage } from './render-table.ts';
import { shapes } from './shapes.ts';

describe('what the conformance suite runs where', () => {
  it('is what the docs say', async () => {
    await expect(renderConformancePage()).toMatchFileSnapshot('../../docs/conformance.md');
  });

  it.each(engines)('leaves no behaviour out, and no shape unsaid: $name', ({ runs, leavesOut = {} }) => {
    const mine = cases.filter(runs);
    const wanted = shapes.filter(({ name }) => !(name in leavesOut));
    expect(new Set(mine.map(({ shape }) => shape))).toEqual(new Set(wanted));
    expect(new Set(mine.map(({ behaviour }) => behaviour))).toEqual(new Set(behaviours));
  });

  it('has a test file for every engine', () => {
    const files = readdirSync(import.meta.dirname);
    expect(files).toEqual(expect.arrayContaining(engines.map(({ name }) => `${name}.test.ts`)));
  });
});
