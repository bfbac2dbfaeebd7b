import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { testCluster } from '../cluster/test-cluster.ts';
import { type Component, describeWith } from '../setup/components.ts';
import { removeLoadedImages } from '../support/remove-images.ts';

/**
 * Every example of the guides is run as a reader would: blocks titled `ts train.ts` (or `csv x.csv` …) are written to files,
 * `sh` blocks are run in that folder, in the order of the page. Blocks of other kinds (`text`, `console`) are only shown.
 */
interface Block {
  readonly language: string;
  readonly file: string | undefined;
  readonly text: string;
  readonly line: number;
}

function readBlocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)(?: ([\w./-]+))?\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    file: match[2],
    text: match[3] ?? '',
    line: markdown.slice(0, match.index).split('\n').length,
  }));
}

function prepareFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-docs-'));
  mkdirSync(path.join(folder, 'node_modules'));
  mkdirSync(path.join(folder, 'bin'));
  symlinkSync(process.cwd(), path.join(folder, 'node_modules', 'slipway'));
  writeFileSync(
    path.join(folder, 'bin', 'slipway'),
    `#!/bin/sh\nexec "${process.execPath}" "${path.resolve('dist/cli.mjs')}" "$@"\n`,
    { mode: 0o755 },
  );
  return folder;
}

const pages = ['README.md', ...readdirSync('docs/guides').map((name) => path.join('docs/guides', name))];

/** Pages whose examples need more than Node. */
const needs: Readonly<Record<string, readonly Component[]>> = {
  'docs/guides/docker.md': ['docker'],
  'docs/guides/server.md': ['postgres'],
  'docs/guides/kubernetes.md': ['kubernetes'],
};

/** What stands in the environment of a reader of a page. */
const surroundings: Readonly<Record<string, () => Promise<Surroundings>>> = {
  'docs/guides/kubernetes.md': async () => {
    const cluster = await testCluster();
    const namespace = cluster.createNamespace();
    const env = { KUBECONFIG: cluster.kubeconfig, REGISTRY: cluster.registry, NAMESPACE: namespace };
    return { env, leave: () => cluster.deleteNamespace(namespace) };
  },
};

interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  leave(): void;
}

for (const page of pages)
  describeWith(needs[page] ?? [], `the examples of ${page}`, () => testExamples(page));

function testExamples(page: string): void {
  const blocks = readBlocks(readFileSync(page, 'utf8'));

  it('run as they stand', async () => {
    const folder = prepareFolder();
    const around = await surroundings[page]?.();
    if (around !== undefined) onTestFinished(() => around.leave());
    const env = {
      ...process.env,
      ...around?.env,
      PATH: `${folder}/bin:${process.env.PATH ?? ''}`,
      NO_COLOR: '1',
      CI: 'true',
    };
    onTestFinished(() => removeLoadedImages(path.join(folder, '.slipway')));
    for (const block of blocks) {
      if (block.file !== undefined) {
        mkdirSync(path.dirname(path.join(folder, block.file)), { recursive: true });
        writeFileSync(path.join(folder, block.file), block.text);
      } else if (block.language === 'sh') {
        const result = spawnSync('bash', ['-euo', 'pipefail', '-c', block.text], {
          cwd: folder,
          env,
          encoding: 'utf8',
        });
        const at = `${page}:${block.line}`;
        expect({
          at,
          status: result.status,
          output: result.status === 0 ? '' : result.stdout + result.stderr,
        }).toEqual({
          at,
          status: 0,
          output: '',
        });
      }
    }
  }, 300_000);
}
