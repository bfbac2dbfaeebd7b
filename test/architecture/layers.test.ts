import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, readSources } from './source-files.ts';

/** DESIGN: rooms and arrows. A room imports rooms before it in this list, never after. */
const rooms = [
  'core',
  'tracking',
  'data',
  'notebooks',
  'functions',
  'hub',
  'runtime',
  'tuning',
  'pipelines',
  'projects',
  'gitops',
  'serving',
  'server',
  'cli',
];

const adapters = [
  /^src\/runtime\/(inline|process|docker|kubernetes|spark)\//,
  /^src\/tracking\/(local|http|postgres)\//,
];

const heavy = [
  'dockerode',
  '@kubernetes/client-node',
  '@duckdb/node-api',
  'onnxruntime-node',
  'typescript-ast',
  'pg',
  'fastify',
  'tar-stream',
  'croner',
  'nodemailer',
  'apache-arrow',
  'esbuild',
  'csv-parse',
  '@photostructure/sqlite',
];

const sources = readSources();
const roomOf = (file: string): number => rooms.indexOf(file.split('/')[1] ?? '');

describe('the rooms of src/', () => {
  it('import only the rooms above them', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => path.posix.join(path.posix.dirname(file.path), specifier))
        .filter(
          (target) => roomOf(file.path) >= 0 && (roomOf(target) < 0 || roomOf(target) > roomOf(file.path)),
        )
        .map((target) => `${file.path} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keep adapters apart from each other', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => path.posix.join(path.posix.dirname(file.path), specifier))
        .filter((target) =>
          adapters.some((pattern) => {
            const [from, to] = [pattern.exec(file.path)?.[1], pattern.exec(target)?.[1]];
            return from !== undefined && to !== undefined && from !== to;
          }),
        )
        .map((target) => `${file.path} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keep what draws, builds images and starts containers out of the import of the package', () => {
    const byPath = new Map(sources.map((file) => [file.path, file]));
    const eager = new Set(['src/index.ts']);
    for (const name of eager) {
      const file = byPath.get(name);
      for (const { specifier, lazy, typeOnly } of file === undefined ? [] : importsOf(file))
        if (!lazy && !typeOnly && specifier.startsWith('.'))
          eager.add(path.posix.join(path.posix.dirname(name), specifier));
    }
    expect(eager.size).toBeGreaterThan(50);
    const kept =
      /^src\/(?:notebooks\/(?:display\/(?!port\/)|headless\/)|functions\/image\/|runtime\/(?:process|docker|kubernetes|spark)\/|serving|server|cli|gitops)/;
    expect([...eager].filter((name) => kept.test(name))).toEqual([]);
  });

  it('load heavy packages only on first use', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter(
          ({ specifier, lazy, typeOnly }) =>
            !lazy &&
            !typeOnly &&
            heavy.some((name) => specifier === name || specifier.startsWith(`${name}/`)),
        )
        .map(({ specifier }) => `${file.path} → ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });
});
