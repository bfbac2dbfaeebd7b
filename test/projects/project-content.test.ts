import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { registerProjectArtifacts } from '../../src/projects/register-artifacts.ts';
import { syncFunctions } from '../../src/projects/sync-functions.ts';
import { folderWith, inWorkspace } from './support.ts';

describe('what project.yaml names', () => {
  it('becomes artifacts of the store, once for each content', async () => {
    const directory = folderWith({
      'project.yaml':
        'name: demo\nartifacts:\n  - { key: rows, path: data/rows.csv, kind: dataset }\n  - { key: raw, path: data/rows.csv }\n  - { key: all, path: data, kind: dir }\n',
      'data/rows.csv': 'a,b\n1,x\n2,y\n',
    });
    await inWorkspace(directory, async (workspace) => {
      const first = await registerProjectArtifacts(workspace);
      expect(first.map((one) => [one.key, one.changed])).toEqual([
        ['rows', true],
        ['raw', true],
        ['all', true],
      ]);
      const record = await workspace.store.resolveArtifact('store://demo/rows');
      expect(record).toMatchObject({ kind: 'dataset', metadata: { rowCount: 2 } });
      expect(await workspace.store.getRun(record.producer)).toMatchObject({
        name: 'register-artifacts',
        state: 'completed',
      });
      expect((await registerProjectArtifacts(workspace)).some((one) => one.changed)).toBe(false);
      expect((await workspace.store.searchRuns({})).runs).toHaveLength(1);
      writeFileSync(path.join(directory, 'data/rows.csv'), 'a,b\n1,x\n2,z\n');
      expect((await registerProjectArtifacts(workspace)).every((one) => one.changed)).toBe(true);
    });
  });

  it('is refused when a file is not there', async () => {
    const directory = folderWith({
      'project.yaml': 'name: demo\nartifacts:\n  - { key: rows, path: none.csv }\n',
    });
    await inWorkspace(directory, (workspace) =>
      expect(registerProjectArtifacts(workspace)).rejects.toMatchObject({ kind: 'not-found' }),
    );
  });

  it('is packaged function by function; one that is wrong does not keep the others from it', async () => {
    const directory = folderWith({
      'project.yaml':
        'name: demo\nfunctions:\n  - { name: good, source: good.ts, handler: good }\n  - { name: bad, source: bad.ts }\n  - { name: gone, source: gone.ts }\n',
      'good.ts': 'export function good(_ctx: unknown, { n = 1 }: { n?: number }) { return { n }; }\n',
      'bad.ts': 'export function bad( {\n',
    });
    await inWorkspace(directory, async (workspace) => {
      const synced = await syncFunctions(workspace);
      expect(
        synced.map((one) => ('packaged' in one ? one.packaged.spec.metadata.name : one.error.code)),
      ).toEqual(['good', 'SOURCE_INVALID', 'FILE_NOT_FOUND']);
      expect(await syncFunctions(workspace, ['good'])).toHaveLength(1);
    });
  });
});
