import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = process.cwd();
// below the repository, so that types resolve as in any other test, and where no other check looks
const cache = path.join(root, 'node_modules', '.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(path.join(cache, 'pipeline-types-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function check(name: string, text: string): readonly string[] {
  const file = path.join(folder, `${name}.ts`);
  writeFileSync(file, text.replaceAll("'../../src/", `'${path.relative(folder, path.join(root, 'src'))}/`));
  const config = path.join(folder, `${name}.json`);
  writeFileSync(
    config,
    JSON.stringify({ extends: path.join(root, 'tsconfig.json'), files: [file], include: [] }),
  );
  const { stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', config], {
    cwd: root,
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((line) => line.includes(`${name}.ts`) || line.startsWith('error'));
}

const source = readFileSync('test/pipelines/references.types.ts', 'utf8');

describe('the types of references', () => {
  it('accept what fits and refuse everything that is marked as wrong', () => {
    expect(check('references', source)).toEqual([]);
  });

  it('say what is wrong in sentences that name the kinds and properties', () => {
    const messages = check('messages', source.replace(/^.*@ts-expect-error.*$/gm, '')).join('\n');
    for (const part of [
      "Type 'ReferenceTo<Model>' is not assignable to type '",
      "Property 'threshold' is missing",
      "'dept' does not exist in type 'StepArguments<",
      "Did you mean to write 'depth'?",
      "Type 'ReferenceTo<number>' is not assignable to type 'string | ReferenceTo<string>'",
      "Property 'datset' does not exist on type 'StepReference<",
      "Did you mean 'accuracy'?",
      "Operator '>' cannot be applied to types 'ReferenceTo<number>' and 'number'",
      "the types 'ReferenceTo<number>' and 'number' have no overlap",
      "must have a '[Symbol.iterator]()' method",
      'Refused<"p.map goes over a list or an object of items; give one, or the output of a step that is one">',
    ])
      expect(messages).toContain(part);
  });
});
