import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildDeclarations } from './declarations.ts';

const repository = process.cwd();
let folder: string;
let tarball: string;

/** Installs the packed package as npm would, its dependencies nested below it: types of packages that are not hoisted must not leak. */
beforeAll(() => {
  buildDeclarations();
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-install-'));
  const packed =
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .at(-1) ?? '';
  tarball = path.join(folder, packed);
  const installed = path.join(folder, 'node_modules', 'slipway');
  mkdirSync(path.join(installed, 'node_modules'), { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  linkPackages(path.join(repository, 'node_modules'), path.join(installed, 'node_modules'));
  mkdirSync(path.join(folder, 'node_modules', '@types'));
  symlinkSync(
    path.join(repository, 'node_modules/@types/node'),
    path.join(folder, 'node_modules/@types/node'),
  );
  symlinkSync(
    path.join(repository, 'node_modules/undici-types'),
    path.join(folder, 'node_modules/undici-types'),
  );
  copyFileSync('test/package/fixtures/consumer.ts', path.join(folder, 'consumer.ts'));
}, 600_000);

function linkPackages(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (name === 'slipway' || name.startsWith('.')) continue;
    symlinkSync(path.join(from, name), path.join(to, name));
  }
}

function typecheck(compiler: string, options: Record<string, unknown>, files = ['consumer.ts']): string {
  writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        target: 'es2022',
        lib: ['es2022'],
        types: ['node'],
        ...options,
      },
      files,
    }),
  );
  const result = spawnSync(process.execPath, [path.join(repository, compiler), '-p', folder], {
    encoding: 'utf8',
  });
  return result.stdout + result.stderr;
}

describe('the packed package', () => {
  it('type-checks a user’s code under TypeScript 5.0.4 with Node10 resolution, declarations included', () => {
    expect(
      typecheck('node_modules/typescript5/bin/tsc', {
        module: 'esnext',
        moduleResolution: 'node',
        esModuleInterop: true,
        skipLibCheck: false,
        lib: ['es2022', 'dom'],
        types: [],
        typeRoots: [],
      }),
    ).toBe('');
  });

  it('type-checks it under TypeScript 7 with bundler resolution', () => {
    expect(
      typecheck('node_modules/typescript/bin/tsc', {
        module: 'esnext',
        moduleResolution: 'bundler',
        skipLibCheck: true,
      }),
    ).toBe('');
  });

  it('types functions known by name through slipway.d.ts, which every build writes', () => {
    writeFileSync(
      path.join(folder, 'train.ts'),
      `import type { Context, DataItem } from 'slipway';
       export function train(ctx: Context, { data, depth = 4 }: { data: DataItem; depth?: number }): { accuracy: number } { return { accuracy: depth / 10 }; }`,
    );
    writeFileSync(
      path.join(folder, 'project.yaml'),
      'name: typed\nfunctions:\n  - name: train\n    source: train.ts\n',
    );
    writeFileSync(
      path.join(folder, 'by-name.ts'),
      `import { importFunction, loadProject } from 'slipway';
       export async function use(): Promise<number> {
         const fn = await (await loadProject()).function('train');
         // @ts-expect-error the parameter is a number
         await fn.run({ params: { depth: 'deep' } });
         const other = await importFunction('train');
         // @ts-expect-error the result has another name
         (await other.run({ inputs: { data: 'x.csv' } })).results.acuracy;
         return (await fn.run({ inputs: { data: 'x.csv' }, params: { depth: 3 } })).results.accuracy;
       }`,
    );
    const built = spawnSync(process.execPath, ['node_modules/slipway/dist/cli.mjs', 'build', 'train'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(built.status, built.stderr).toBe(0);
    expect(
      typecheck(
        'node_modules/typescript/bin/tsc',
        { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: true },
        ['by-name.ts', 'slipway.d.ts'],
      ),
    ).toBe('');
  });

  it('passes publint', () => {
    const result = spawnSync(
      process.execPath,
      [path.join(repository, 'node_modules/publint/src/cli.js'), tarball, '--strict'],
      { encoding: 'utf8' },
    );
    expect(result.status, result.stdout + result.stderr).toBe(0);
  });

  it('has types that resolve as the code does, for every kind of importer', () => {
    const attw = path.join(repository, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const result = spawnSync(process.execPath, [attw, tarball, '--profile', 'node16', '--no-emoji'], {
      encoding: 'utf8',
    });
    expect(result.status, result.stdout + result.stderr).toBe(0);
  });

  it.each([
    ['import', "import('slipway').then((m) => console.log(typeof m.codeToFunction))"],
    ['require', "console.log(typeof require('slipway').codeToFunction)"],
  ])('can be loaded with %s and brings no heavy package along', (_kind, code) => {
    const probe = `${code.replace(/\)\)$/, '))')}`;
    const check = `process.on('exit', () => { const heavy = Object.keys(require.cache).filter((f) => /node_modules.(@duckdb|apache-arrow|typescript-ast|esbuild|@photostructure)/.test(f)); if (heavy.length) { console.log(heavy); process.exitCode = 1; } })`;
    const result = spawnSync(process.execPath, ['-e', `${check};${probe}`], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect({ status: result.status, output: result.stdout.trim(), errors: result.stderr }).toEqual({
      status: 0,
      output: 'function',
      errors: '',
    });
  });

  it('brings the hub with it', () => {
    expect(existsSync(path.join(folder, 'node_modules/slipway/src/hub/catalog/describe/function.ts'))).toBe(
      true,
    );
  });
});
