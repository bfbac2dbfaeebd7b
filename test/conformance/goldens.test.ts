import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PackagedFunction } from '../../src/functions/function-spec.ts';
import { cases } from './cases.ts';
import { renderEventLog } from './event-log.ts';
import { expectedLog } from './expected.ts';
import { packageHandlers } from './package-handlers.ts';
import { shapes } from './shapes.ts';

describe('the meaning of a plan', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'slipway-conformance-'));
  let packaged: PackagedFunction;
  beforeAll(async () => {
    packaged = await packageHandlers(root);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(shapes)('of the shape "$name" is written down for every behaviour', async (shape) => {
    const sections = cases
      .filter((one) => one.shape === shape)
      .map((one) => `## ${one.name}\n${renderEventLog(expectedLog(one, packaged))}`);
    const page = `# ${shape.shows}\n\n${sections.join('\n')}`;
    await expect(page).toMatchFileSnapshot(`golden/${shape.name}.txt`);
  });
});
