import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandGroups } from '../../src/cli/command-table.ts';
import { renderReference } from '../../src/cli/render-reference.ts';

describe('docs/cli.md', () => {
  it('is what the tables of commands and options say now (node scripts/render-cli-docs.mjs writes it)', () => {
    expect(readFileSync('docs/cli.md', 'utf8')).toBe(renderReference(commandGroups));
  });
});
