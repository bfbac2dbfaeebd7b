import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Case } from './cases.ts';

/** What the golden files say must come of a case. */
export function goldenSection({ name, shape }: Case): string {
  const page = readFileSync(path.join(import.meta.dirname, 'golden', `${shape.name}.txt`), 'utf8');
  const section = page.split(/^## /m).find((one) => one.startsWith(`${name}\n`));
  if (section === undefined) throw new Error(`no golden section "${name}"`);
  return `${section.slice(name.length + 1).trimEnd()}\n`;
}

/** Stands for what is expected of a case: another expectation has another one. */
export function goldenDigest(one: Case): string {
  return createHash('sha256').update(goldenSection(one)).digest('hex').slice(0, 12);
}
