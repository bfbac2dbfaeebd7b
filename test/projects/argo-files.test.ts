import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Plan, PlanMap, PlanStep, PlanValue } from '../../src/pipelines/plan/plan.ts';
import { filesOfPlan } from '../../src/projects/argo/argo-steps.ts';
import { literal, output, plan, step } from '../pipelines/support/plan.ts';
import { folderWith, inWorkspace } from './support.ts';

const item = (of: string, ...inside: readonly string[]): PlanValue => ({
  type: 'item',
  of,
  part: 'value',
  path: inside,
});
const over = (items: PlanValue, more: Partial<PlanMap> = {}): PlanMap => ({ items, after: [], ...more });
const list = (value: readonly (string | { readonly files: readonly string[] })[]): PlanValue => ({
  type: 'literal',
  value,
});
const load = (data: PlanValue, more: Partial<PlanStep> = {}): PlanStep =>
  step('load', { arguments: { data }, ...more });

/** What the pods are brought of these files: by how the plan names them, their content. */
async function brought(
  files: readonly string[],
  steps: readonly PlanStep[],
  more: Partial<Plan['spec']> = {},
): Promise<Readonly<Record<string, string>>> {
  const directory = folderWith({
    'project.yaml': 'name: demo\n',
    ...Object.fromEntries(files.map((name) => [name, `content of ${name}`])),
  });
  return inWorkspace(directory, async (workspace) => {
    const found = await filesOfPlan(workspace, plan(steps, more));
    const contents = Object.entries(found).map(async ([name, { digest, file = '' }]) => [
      name,
      readFileSync(path.join(await workspace.store.artifactDirectory(digest), file), 'utf8'),
    ]);
    return Object.fromEntries(await Promise.all(contents));
  });
}

const contents = (...files: readonly string[]): Record<string, string> =>
  Object.fromEntries(files.map((name) => [name, `content of ${name}`]));

describe('files of this machine that pods are brought', () => {
  it('are those that steps name, as text or by a parameter, be it deep inside one', async () => {
    const steps = [
      load(literal('a.csv')),
      step('b', { arguments: { data: { type: 'parameter', name: 'file', path: [] } } }),
      step('c', { arguments: { data: { type: 'parameter', name: 'tables', path: ['train'] } } }),
      step('no-input', { arguments: { text: literal('none.csv') } }),
      step('later', { arguments: { data: output('load', 'made') } }),
      step('far', { arguments: { data: literal('https://example.com/x.csv') } }),
    ];
    const parameters = { file: 'b.csv', tables: { train: 'c.csv', test: 'none.csv' } };
    expect(await brought(['a.csv', 'b.csv', 'c.csv'], steps, { arguments: parameters })).toEqual(
      contents('a.csv', 'b.csv', 'c.csv'),
    );
  });

  it('are all that a map goes over, also over a parameter', async () => {
    const maps = {
      files: over(list(['a.csv', 'b.csv'])),
      given: over({ type: 'parameter', name: 'more', path: ['files'] }),
    };
    const steps = [
      load(item('files'), { map: 'files' }),
      step('second', { map: 'given', arguments: { data: item('given', 'path') } }),
    ];
    const more = { files: [{ path: 'b.csv' }, { path: 'c.csv' }] };
    expect(await brought(['a.csv', 'b.csv', 'c.csv'], steps, { maps, arguments: { more } })).toEqual(
      contents('a.csv', 'b.csv', 'c.csv'),
    );
  });

  it('are those of maps inside maps, also where only one of the two is known before the run', async () => {
    const users = list([{ files: ['a.csv', 'b.csv'] }, { files: ['c.csv'] }]);
    const nested = { users: over(users), files: over(item('users', 'files'), { within: 'users' }) };
    const steps = [load(item('files'), { map: 'files' })];
    expect(await brought(['a.csv', 'b.csv', 'c.csv'], steps, { maps: nested })).toEqual(
      contents('a.csv', 'b.csv', 'c.csv'),
    );

    const made = [step('make'), load(item('files'), { map: 'inner', id: 'both' })];
    const outer = {
      files: over(list(['a.csv'])),
      inner: over(output('make', 'parts'), { within: 'files' }),
    };
    expect(await brought(['a.csv'], made, { maps: outer })).toEqual(contents('a.csv'));
    const inner = {
      outer: over(output('make', 'parts')),
      inner: over(list(['b.csv']), { within: 'outer' }),
    };
    const last = [step('make'), load(item('inner'), { map: 'inner' })];
    expect(await brought(['b.csv'], last, { maps: inner })).toEqual(contents('b.csv'));
  });

  it('are not those of items that an earlier run stands for', async () => {
    const maps = { files: over(list(['gone.csv', 'b.csv'])) };
    const given = { type: 'given', run: 'r', results: {}, artifacts: [], reason: 'resumed' } as const;
    const steps = [load(item('files'), { map: 'files' })];
    expect(await brought(['b.csv'], steps, { maps, pruned: { 'load[0]': given } })).toEqual(
      contents('b.csv'),
    );
  });

  it('are refused before anything starts where one is not there', async () => {
    const maps = { files: over(list(['a.csv', 'b.csv'])) };
    const steps = [load(item('files'), { map: 'files' })];
    await expect(brought(['a.csv'], steps, { maps })).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
  });
});
