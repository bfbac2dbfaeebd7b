import { rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  materialiseFunction,
  parseFunctionYaml,
  renderFunctionYaml,
} from '../../src/functions/function-yaml.ts';
import { callPackaged, packageCells, packageText, temporaryFolder } from './package-source.ts';

const cells = [
  'const text = "a: b\\n# no comment\\u2028"',
  '/** Trains. */\nfunction train(ctx: unknown, { kind = "yes", on = "2026-01-01", n = -0.5 }: { kind?: "yes" | "no"; on?: string; n?: number }) { return { text, kind, n } }',
];

describe('function.yaml', () => {
  it('is complete in itself and gives the same function again', async () => {
    const packaged = await packageCells(cells);
    const text = renderFunctionYaml(packaged, { embed: true });
    rmSync(packaged.bundle.directory, { recursive: true });
    const again = await materialiseFunction(
      parseFunctionYaml(text, 'function.yaml'),
      path.join(temporaryFolder(), 'cache'),
    );
    expect(again.bundle.digest).toBe(packaged.bundle.digest);
    expect(again.spec).toEqual(packaged.spec);
    expect(await callPackaged(again, { kind: 'no' })).toEqual({
      text: 'a: b\n# no comment\u2028',
      kind: 'no',
      n: -0.5,
    });
    expect(renderFunctionYaml(again, { embed: true })).toBe(text);
  });

  it('without files works where the bundle is in the cache, and says so elsewhere', async () => {
    const root = temporaryFolder();
    const packaged = await packageCells(cells, { root });
    const spec = parseFunctionYaml(renderFunctionYaml(packaged, { embed: false }), 'function.yaml');
    expect(spec.spec.files).toBeUndefined();
    expect((await materialiseFunction(spec, path.join(root, '.slipway/cache'))).bundle.directory).toBe(
      packaged.bundle.directory,
    );
    await expect(materialiseFunction(spec, path.join(temporaryFolder(), 'cache'))).rejects.toMatchObject({
      code: 'BUNDLE_NOT_FOUND',
    });
  });

  it.each<[string, (text: string) => string]>([
    ['code', (text) => text.replace('no comment', 'new comment')],
    ['contract', (text) => text.replace('default: -0.5', 'default: 9')],
    ['documentation', (text) => text.replaceAll('Trains.', 'Steals.')],
    ['externals', (text) => text.replace('externals: {}', 'externals:\n      left: 1.0.0')],
  ])('with tampered %s is refused', async (_, tamper) => {
    const text = renderFunctionYaml(await packageCells(cells), { embed: true });
    expect(tamper(text)).not.toBe(text);
    const spec = parseFunctionYaml(tamper(text), 'function.yaml');
    await expect(materialiseFunction(spec, path.join(temporaryFolder(), 'cache'))).rejects.toMatchObject({
      code: 'BUNDLE_DIGEST_MISMATCH',
    });
  });

  it.each<[string, (text: string) => string, string]>([
    ['a syntax error', (text) => text.replace('metadata:', 'metadata: ['), 'at line 4, column'],
    [
      'a wrong key',
      (text) => text.replace('  defaultHandler:', '  defaultHandlr:'),
      '"spec.defaultHandlr" is not known here; did you mean "defaultHandler"?',
    ],
    [
      'a wrong value',
      (text) => text.replace('role: param', 'role: parm'),
      'expects "param" or "input", got "parm"',
    ],
    ['a missing key', (text) => text.replace(/ {2}name: train\n/, ''), '"metadata.name" is missing'],
    [
      'another kind',
      (text) => text.replace('kind: Function', 'kind: Job'),
      'line 2, column 7: "kind" expects "Function", got "Job"',
    ],
    [
      'an unknown default handler',
      (text) => text.replace('defaultHandler: train', 'defaultHandler: fit'),
      'expects one of the handlers (train), got "fit"',
    ],
    ['no map at all', () => '- 1', 'the document expects a map'],
  ])('with %s is refused with line and column', async (_, spoil, message) => {
    const text = renderFunctionYaml(await packageCells(cells), { embed: false });
    expect(() => parseFunctionYaml(spoil(text), 'my.yaml')).toThrow(
      expect.objectContaining({
        code: 'FUNCTION_YAML_INVALID',
        message: expect.stringContaining(message),
        location: expect.objectContaining({ file: 'my.yaml' }),
      }),
    );
  });

  it('names a package that is needed and not installed', async () => {
    const packaged = await packageText(
      'train.ts',
      "import x from 'native-one';\nexport const train = () => x;",
      {
        files: {
          'node_modules/native-one/package.json': '{"name":"native-one","version":"3.1.4","gypfile":true}',
          'node_modules/native-one/index.js': '',
        },
      },
    );
    const spec = parseFunctionYaml(renderFunctionYaml(packaged, { embed: true }), 'function.yaml');
    await expect(materialiseFunction(spec, path.join(temporaryFolder(), 'cache'))).rejects.toMatchObject({
      code: 'PACKAGE_NOT_FOUND',
      hint: 'run `npm install native-one@3.1.4`',
    });
  });
});
