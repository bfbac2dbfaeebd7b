import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProject, renderProjectFiles } from '../../src/projects/create-project.ts';
import { parseProject } from '../../src/projects/parse-project.ts';
import { folderWith } from './support.ts';

const cli = path.resolve('dist/cli.mjs');

describe('a new project', () => {
  it.each(['notebook', 'typescript'])(
    'of the template "%s" runs at once, and gives the same result again',
    (template) => {
      const directory = path.join(folderWith(), 'my shells');
      const created = createProject({ directory, template });
      expect(created.name).toBe('my-shells');
      const run = () =>
        spawnSync(process.execPath, [cli, 'pipeline', 'run', created.pipeline, '-o', 'json'], {
          cwd: directory,
          encoding: 'utf8',
        });
      const first = run();
      expect(first.status, first.stderr + first.stdout).toBe(0);
      const report = JSON.parse(first.stdout) as {
        state: string;
        steps: { id: string; state: string }[];
        outputs: { accuracy: number };
      };
      expect(report.state).toBe('completed');
      expect(report.steps.map((step) => `${step.id} ${step.state}`)).toEqual([
        'split completed',
        'train completed',
        'evaluate completed',
      ]);
      expect(report.outputs.accuracy).toBeGreaterThan(0.85);
      expect((JSON.parse(run().stdout) as typeof report).outputs).toEqual(report.outputs);
    },
  );

  it('has the same files on every machine, with a project.yaml that is valid', () => {
    for (const template of ['notebook', 'typescript'] as const) {
      const files = renderProjectFiles('demo', template);
      expect(renderProjectFiles('demo', template)).toEqual(files);
      const spec = parseProject(files['project.yaml'] ?? '', 'project.yaml');
      expect(spec.name).toBe('demo');
      for (const entry of spec.functions ?? []) expect(files).toHaveProperty([entry.source]);
      expect(files['data/shells.csv']?.split('\n')).toHaveLength(152);
    }
  });

  it('overwrites nothing, and writes nothing when it would', () => {
    const directory = folderWith({ 'README.md': 'mine' });
    expect(() => createProject({ directory })).toThrow(
      expect.objectContaining({
        code: 'PROJECT_EXISTS',
        kind: 'conflict',
        message: expect.stringContaining('README.md'),
      }),
    );
    expect(existsSync(path.join(directory, 'project.yaml'))).toBe(false);
    expect(readFileSync(path.join(directory, 'README.md'), 'utf8')).toBe('mine');
  });

  it('goes into a folder that holds other things', () => {
    const directory = folderWith({ 'notes.txt': 'mine' });
    writeFileSync(path.join(directory, 'package.json'), '{}');
    expect(createProject({ directory, name: 'demo' }).files).toContain('project.yaml');
  });

  it('refuses an unknown template and a name that is not allowed', () => {
    const directory = folderWith();
    expect(() => createProject({ directory, template: 'typescrip' })).toThrow(
      expect.objectContaining({ code: 'TEMPLATE_UNKNOWN', hint: 'did you mean "typescript"?' }),
    );
    expect(() => createProject({ directory, name: 'a b' })).toThrow(
      expect.objectContaining({ code: 'INVALID_NAME' }),
    );
  });
});
