import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundleModule } from '../../src/functions/bundle-module.ts';
import { locateSource } from '../../src/functions/locate-source.ts';
import { locateNotebook } from '../../src/notebooks/locate-notebook.ts';
import { notebookText } from '../notebooks/notebook-text.ts';
import { compileProgram, runNode } from './child-process.ts';
import { temporaryFolder, writeFiles } from './package-source.ts';

async function train(): Promise<void> {}
const frame = (file: string): string =>
  `Error\n    at codeToFunction (${path.resolve('dist/index.mjs')}:1:1)\n    at ${file}:3:5`;

describe('locateSource', () => {
  it('takes the name of the function and the file of the caller', async () => {
    expect(await locateSource(train, frame(pathToFileURL('/home/me/my code/train.js').href))).toEqual({
      filename: '/home/me/my code/train.js',
      handler: 'train',
    });
  });

  it('goes through the source map of a loaded bundle', async () => {
    const root = temporaryFolder();
    writeFiles(root, {
      'src/pipe.ts':
        '// a comment\nexport function call(locate: (stack: string) => unknown) {\n  return locate(new Error().stack ?? "");\n}',
    });
    const bundle = await bundleModule('src/pipe.ts', {
      root,
      cacheDirectory: path.join(root, '.slipway/cache'),
    });
    const program = compileProgram(`
import { loadBundle } from './functions/load-bundle.ts';
import { locateSource } from './functions/locate-source.ts';
async function train() {}
const { call } = (await loadBundle(process.argv[2] ?? '')) as { call: (f: (stack: string) => unknown) => Promise<unknown> };
console.log(JSON.stringify(await call((stack) => locateSource(train, stack.split('\\n').slice(1).filter((line) => line.includes('main.mjs')).join('\\n')))));
`);
    const { stdout } = runNode(program, [bundle.directory], root);
    expect(JSON.parse(stdout)).toEqual({ filename: path.join(root, 'src/pipe.ts'), handler: 'train' });
  });

  it('says how else to name the source', async () => {
    await expect(locateSource(train, 'Error\n    at node:internal/x:1:1')).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      hint: expect.stringContaining('codeToFunction({ filename'),
    });
    await expect(locateSource({ name: '' }, frame('/a.js'))).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringContaining('no name'),
    });
  });
});

describe('locateNotebook', () => {
  const notebook = notebookText(['async function train() {}']);
  const other = notebookText(['const x = 1']);
  const options = { environment: {}, argv: [], handler: 'train' };

  it('prefers the given file, then SLIPWAY_NOTEBOOK, then Jupyter’s session name', async () => {
    const directory = temporaryFolder();
    writeFiles(directory, { 'a.ipynb': notebook, 'sub/b.ipynb': notebook });
    const environment = {
      SLIPWAY_NOTEBOOK: 'n.ipynb',
      JPY_SESSION_NAME: path.join(directory, 'sub/b.ipynb'),
    };
    expect(await locateNotebook({ ...options, directory, environment, filename: 'x.ipynb' })).toBe(
      path.join(directory, 'x.ipynb'),
    );
    expect(await locateNotebook({ ...options, directory, environment })).toBe(
      path.join(directory, 'n.ipynb'),
    );
    expect(
      await locateNotebook({
        ...options,
        directory,
        environment: { JPY_SESSION_NAME: environment.JPY_SESSION_NAME },
      }),
    ).toBe(environment.JPY_SESSION_NAME);
  });

  it('passes over a session name that is stale and takes the only notebook that defines the handler', async () => {
    const directory = temporaryFolder();
    writeFiles(directory, { 'a.ipynb': notebook, 'b.ipynb': other, 'c.ipynb': 'broken' });
    const environment = { JPY_SESSION_NAME: '/gone/5f3a-uuid' };
    expect(await locateNotebook({ ...options, directory, environment })).toBe(
      path.join(directory, 'a.ipynb'),
    );
  });

  it('asks a running Jupyter server for the notebook of its kernel', async () => {
    const directory = temporaryFolder();
    const { createServer } = await import('node:http');
    const server = createServer((request, response) => {
      const known = request.url === '/base/api/sessions' && request.headers.authorization === 'token secret';
      response.statusCode = known ? 200 : 403;
      response.end(
        JSON.stringify([
          { path: 'other.ipynb', kernel: { id: 'zz' } },
          { path: 'deep/it.ipynb', kernel: { id: 'k-1' } },
        ]),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as { port: number };
      writeFiles(directory, {
        'runtime/jpserver-1.json': JSON.stringify({
          url: 'http://127.0.0.1:1/',
          token: '',
          root_dir: '/gone',
        }),
        'runtime/jpserver-2.json': JSON.stringify({
          url: `http://127.0.0.1:${port}/base/`,
          token: 'secret',
          root_dir: '/home/someone',
        }),
      });
      const environment = { JUPYTER_RUNTIME_DIR: path.join(directory, 'runtime') };
      const argv = ['node', 'tslab', '--config-path', '/x/kernel-k-1.json'];
      expect(await locateNotebook({ ...options, directory, environment, argv })).toBe(
        '/home/someone/deep/it.ipynb',
      );
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('names the ways to tell it when several could be meant', async () => {
    const directory = temporaryFolder();
    writeFiles(directory, { 'a.ipynb': notebook, 'b.ipynb': notebook });
    await expect(locateNotebook({ ...options, directory })).rejects.toMatchObject({
      code: 'NOTEBOOK_NOT_LOCATED',
      hint: expect.stringContaining('SLIPWAY_NOTEBOOK'),
    });
  });
});
