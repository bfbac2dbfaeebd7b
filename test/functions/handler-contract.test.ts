import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ParameterSpec } from '../../src/functions/function-spec.ts';
import { packageFunction } from '../../src/functions/package-function.ts';
import { notebookText } from '../notebooks/notebook-text.ts';
import { contractOf, packageCells, temporaryFolder, writeFiles } from './package-source.ts';

const prelude = "import type { Context, DataItem, Dataset, Model } from 'slipway';\n";

/** One parameter as a short line: role, name, `?` when optional, schema, default. */
function summary(parameter: ParameterSpec | undefined): string {
  if (!parameter) return 'none';
  const { role, name, required, schema, default: value, defaultText } = parameter;
  const given =
    value !== undefined
      ? ` = ${JSON.stringify(value)}`
      : defaultText !== undefined
        ? ` ~ ${defaultText}`
        : '';
  return `${role} ${name}${required ? '' : '?'} ${schema ? JSON.stringify(schema) : '-'}${given}`;
}

const number = '{"type":"number"}';
const string = '{"type":"string"}';

describe('a parameter in the signature', () => {
  it.each<[string, string]>([
    ['{ x }: { x: number }', `param x ${number}`],
    ['{ x }: { x?: number }', `param x? ${number}`],
    ['{ x = 4 }: { x?: number }', `param x? ${number} = 4`],
    ['{ x = -4.5 }: { x?: number }', `param x? ${number} = -4.5`],
    ['{ x = +2 }: { x?: number }', `param x? ${number} = 2`],
    ['{ x = 1_000 }: { x?: number }', `param x? ${number} = 1000`],
    ['{ x = 1e-3 }: { x?: number }', `param x? ${number} = 0.001`],
    ['{ x = 0x10 }: { x?: number }', `param x? ${number} = 16`],
    ['{ x = 5n }: { x?: bigint }', 'param x? {"type":"integer","format":"bigint"} = 5'],
    [
      '{ x = -12345678901234567891n }: { x?: bigint }',
      'param x? {"type":"integer","format":"bigint"} = "-12345678901234567891"',
    ],
    ['{ x = Infinity }: { x?: number }', `param x? ${number} ~ Infinity`],
    ['{ x = Math.PI * 2 }: { x?: number }', `param x? ${number} ~ Math.PI * 2`],
    ["{ x = 'a' }: { x?: string }", `param x? ${string} = "a"`],
    ['{ x = `plain` }: { x?: string }', `param x? ${string} = "plain"`],
    ['{ x = `a${1}` }: { x?: string }', `param x? ${string} ~ \`a\${1}\``],
    ['{ x = true }: { x?: boolean }', 'param x? {"type":"boolean"} = true'],
    ['{ x = null }: { x?: string | null }', 'param x? {"anyOf":[{"type":"string"},{"type":"null"}]} = null'],
    ['{ x = undefined }: { x?: string }', `param x? ${string}`],
    ['{ x = [1, -2] }: { x?: number[] }', 'param x? {"type":"array","items":{"type":"number"}} = [1,-2]'],
    [
      "{ x = { a: 1, 'b-c': [true] } }: { x?: object }",
      'param x? {"type":"object","additionalProperties":true} = {"a":1,"b-c":[true]}',
    ],
    ["{ x = 'a' as const }: { x?: 'a' | 'b' }", 'param x? {"enum":["a","b"]} = "a"'],
    ['{ x }: { x: 1 | -2 | 3 }', 'param x {"enum":[1,-2,3]}'],
    ["{ x }: { x: 'a' | number }", 'param x {"anyOf":[{"enum":["a"]},{"type":"number"}]}'],
    ["{ x }: { x: 'a' | null }", 'param x {"enum":["a",null]}'],
    ['{ x }: { x: number | undefined }', `param x? ${number}`],
    ['{ x }: { x: string | number }', 'param x {"anyOf":[{"type":"string"},{"type":"number"}]}'],
    ['{ x }: { x: readonly string[] }', 'param x {"type":"array","items":{"type":"string"}}'],
    ['{ x }: { x: Array<number> }', 'param x {"type":"array","items":{"type":"number"}}'],
    ['{ x }: { x: ReadonlyArray<string> }', 'param x {"type":"array","items":{"type":"string"}}'],
    [
      '{ x }: { x: [number, string?] }',
      'param x {"type":"array","prefixItems":[{"type":"number"},{"type":"string"}],"minItems":1,"items":false}',
    ],
    [
      '{ x }: { x: [number, ...string[]] }',
      'param x {"type":"array","prefixItems":[{"type":"number"}],"minItems":1}',
    ],
    [
      '{ x }: { x: Record<string, number> }',
      'param x {"type":"object","additionalProperties":{"type":"number"}}',
    ],
    [
      "{ x }: { x: Record<'a' | 'b', number> }",
      'param x {"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"],"additionalProperties":false}',
    ],
    [
      '{ x }: { x: { a: number; b?: string } }',
      'param x {"type":"object","properties":{"a":{"type":"number"},"b":{"type":"string"}},"required":["a"],"additionalProperties":false}',
    ],
    [
      '{ x }: { x: { [key: string]: boolean } }',
      'param x {"type":"object","additionalProperties":{"type":"boolean"}}',
    ],
    ['{ x }: { x: Date }', 'param x {"type":"string","format":"date-time"}'],
    ['{ x }: { x: bigint }', 'param x {"type":"integer","format":"bigint"}'],
    [
      '{ x }: { x: Map<string, number> }',
      'param x {"type":"object","additionalProperties":{"type":"number"},"format":"map"}',
    ],
    ['{ x }: { x: Set<string> }', 'param x {"type":"array","items":{"type":"string"},"format":"set"}'],
    ['{ x }: { x: `id-${string}` }', `param x ${string}`],
    ['{ x }: { x: unknown }', 'param x -'],
    ['{ x }: { x: any }', 'param x -'],
    ['{ x }: { x: (n: number) => void }', 'param x -'],
    ['{ x: renamed = 3 }: { x?: number }', `param x? ${number} = 3`],
    ["{ 'x-y': renamed }: { 'x-y': number }", `param x-y ${number}`],
    [
      '{ x: { a } }: { x: { a: number } }',
      'param x {"type":"object","properties":{"a":{"type":"number"}},"required":["a"],"additionalProperties":false}',
    ],
    ['{ x }: { x: DataItem }', 'input x -'],
    ["{ x }: { x: import('slipway').DataItem }", 'input x -'],
    ['{ x }: { x?: Dataset }', 'input x? -'],
    ['{ x }: { x: Model | string }', 'input x -'],
    ['{ x }: { x: DataItem | undefined }', 'input x? -'],
    ['{ x }', 'param x -'],
    ['{ x = 2 }', `param x? ${number} = 2`],
    ["{ x = ['a'] }", 'param x? - = ["a"]'],
    ['args: { x: number }', `param x ${number}`],
    ['args: Readonly<{ x: number }>', `param x ${number}`],
    ['args: Partial<{ x: number }>', `param x? ${number}`],
    ["args: Pick<{ x: number; y: string }, 'x'>", `param x ${number}`],
    ["args: Omit<{ y: string; x: number }, 'y'>", `param x ${number}`],
    ['args: { y?: string } & { x: number }', `param y? ${string}`],
  ])('`%s` is read', async (signature, expected) => {
    const handler = await contractOf(`${prelude}export function train(ctx: Context, ${signature}) {}`);
    expect(summary(handler.parameters[0])).toBe(expected);
  });
});

describe('the shape of a handler', () => {
  it.each<[string, string]>([
    ['an async function', 'export async function train(ctx: Context, { x }: { x: number }) {}'],
    ['an arrow function', 'export const train = async (ctx: Context, { x }: { x: number }) => {}'],
    ['a function expression', 'export const train = function (ctx: Context, { x }: { x: number }) {}'],
    [
      'an arrow with satisfies',
      'export const train = (async (ctx, { x }) => {}) satisfies Handler<{ x: number }>',
    ],
    ['an arrow typed from outside', 'export const train: Handler<{ x: number }> = async (ctx, { x }) => {}'],
    ['an alias', 'const inner = (ctx: Context, { x }: { x: number }) => {};\nexport const train = inner'],
    ['an export list', 'function fit(ctx: Context, { x }: { x: number }) {}\nexport { fit as train }'],
    ['a function without export', 'async function train(ctx: Context, { x }: { x: number }) {}'],
    [
      'an overloaded function',
      'export function train(ctx: Context, a: { x: string }): void;\nexport function train(ctx: Context, { x }: { x: number }): void {}',
    ],
    [
      'a generic function',
      'export function train<T extends string>(ctx: Context, { x }: { x: number }, ): T | void {}',
    ],
  ])('can be %s', async (_, text) => {
    const handler = await contractOf(`import type { Context, Handler } from 'slipway';\n${text}`);
    expect(handler.parameters.map(summary)).toEqual([`param x ${number}`]);
    expect(handler.acceptsUnknown).toBe(false);
  });

  it('can be the default export', async () => {
    const named = await contractOf('export default function fit(ctx: unknown, { x }: { x: number }) {}', {
      handlers: ['default'],
    });
    const bare = await contractOf(
      'export default async (ctx: unknown, { x = 2 }: { x?: number }) => ({ x })',
      { handlers: ['default'] },
    );
    expect(named.parameters.map(summary)).toEqual([`param x ${number}`]);
    expect(bare.parameters.map(summary)).toEqual([`param x? ${number} = 2`]);
  });

  it.each<[string, boolean]>([
    ['', false],
    [', { x }: { x: number }', false],
    [', { x, ...rest }: { x: number; [key: string]: number }', true],
    [', { x, ...rest }', true],
    [', args', true],
    [', args: any', true],
    [', args: Record<string, unknown>', true],
    [', { x }', false],
  ])('with `(ctx%s)` accepts further names: %s', async (second, expected) => {
    const handler = await contractOf(`export function train(ctx: unknown${second}) {}`);
    expect(handler.acceptsUnknown).toBe(expected);
  });

  it('may be made by a call, of which nothing is known', async () => {
    const handler = await contractOf('const twice = (f: any) => f;\nexport const train = twice(() => 1)');
    expect([handler.parameters, handler.acceptsUnknown]).toEqual([[], true]);
  });

  it.each<[string, string]>([
    ['export function train(ctx: unknown, depth: number) {}', '(ctx, { depth }: { … })'],
    [
      "import type { DataItem } from 'slipway';\nexport function train(ctx: unknown, data: DataItem) {}",
      '(ctx, { data }: { … })',
    ],
    ['export function train(ctx: unknown, a: { x: number }, b = 2) {}', '(ctx, { b }: { … })'],
  ])('`%s` is refused with advice', async (text, advice) => {
    await expect(contractOf(text)).rejects.toMatchObject({
      code: 'HANDLER_INVALID',
      hint: expect.stringContaining(advice),
    });
  });

  it('is no generator, whose body would not run', async () => {
    for (const text of ['function* train() { yield 1; }', 'async function* train() { yield 1; }'])
      await expect(contractOf(`const before = 1;\nexport ${text}`)).rejects.toMatchObject({
        code: 'HANDLER_INVALID',
        message: 'handler "train" is a generator: nothing would run its body',
        location: { line: 2 },
      });
  });

  it('is looked for past the generators beside it, in files and notebooks', async () => {
    const rows = 'function* rows(ctx: unknown) { yield 1; }';
    const train = 'function train(ctx: unknown) {}';
    const root = temporaryFolder();
    writeFiles(root, {
      'steps.ts': `export ${rows}\nexport ${train}`,
      'steps.ipynb': notebookText([rows, train]),
    });
    for (const source of ['steps.ts', 'steps.ipynb']) {
      const packaged = await packageFunction({ source, root, cacheDirectory: path.join(root, 'cache') });
      expect(Object.keys(packaged.spec.spec.handlers)).toEqual(['train']);
    }
  });

  it('is no class and no constant', async () => {
    await expect(contractOf('export class train {}')).rejects.toMatchObject({ code: 'HANDLER_INVALID' });
    await expect(contractOf('export const train = 5')).rejects.toMatchObject({ code: 'HANDLER_INVALID' });
  });
});

describe('types from elsewhere', () => {
  it('are followed through interfaces, extends, aliases and relative imports', async () => {
    const handler = await contractOf(
      `import type { Args as Given } from './types.ts';\nexport function train(ctx: unknown, args: Given) {}`,
      {
        files: {
          'types.ts':
            "import type { Depth } from './depth.js';\nexport type { Base } from './depth.js';\ninterface Common { seed?: number }\nexport interface Args extends Common { depth: Depth; kind: Kind }\nenum Kind { Tree = 'tree', Forest = 'forest' }",
          'depth.ts': 'export type Depth = number | null;\nexport interface Base {}',
        },
      },
    );
    expect(handler.parameters.map(summary)).toEqual([
      `param seed? ${number}`,
      'param depth {"anyOf":[{"type":"number"},{"type":"null"}]}',
      'param kind {"enum":["tree","forest"]}',
    ]);
  });

  it('come from other cells of the notebook, the last one before the handler', async () => {
    const packaged = await packageCells([
      'interface Args { depth: string }',
      'interface Args { depth: number }',
      'async function train(ctx: unknown, args: Args) {}',
    ]);
    expect(packaged.spec.spec.handlers.train?.parameters.map(summary)).toEqual([`param depth ${number}`]);
  });

  it('include generic types, constant arrays and keys of tables', async () => {
    const handler = await contractOf(
      `const KINDS = ['a', 'b'] as const;\nconst TABLE = { x: 1, y: 2 };\ninterface Box<T> { value: T }\n` +
        'export function train(ctx: unknown, args: { kind: (typeof KINDS)[number]; key: keyof typeof TABLE; box: Box<number> }) {}',
    );
    expect(handler.parameters.map(summary)).toEqual([
      'param kind {"enum":["a","b"]}',
      'param key {"enum":["x","y"]}',
      'param box {"type":"object","properties":{"value":{"type":"number"}},"required":["value"],"additionalProperties":false}',
    ]);
  });

  it('may refer to themselves', async () => {
    const handler = await contractOf(
      'interface Tree { left?: Tree }\nexport function train(ctx: unknown, { tree }: { tree: Tree }) {}',
    );
    expect(handler.parameters[0]?.schema?.type).toBe('object');
  });

  it('named Model are params when they are the user’s own', async () => {
    const handler = await contractOf(
      'interface Model { layers: number }\nexport function train(ctx: unknown, { model }: { model: Model }) {}',
    );
    expect(handler.parameters[0]?.role).toBe('param');
  });

  it('are known as data under another name', async () => {
    const handler = await contractOf(
      "import type { DataItem as Item } from 'slipway';\nexport function train(ctx: unknown, { d }: { d: Item }) {}",
    );
    expect(handler.parameters[0]?.role).toBe('input');
  });
});

describe('documentation', () => {
  it('comes from the description, @param in every form, property comments and @returns', async () => {
    const handler = await contractOf(`
/**
 * Trains a tree.
 * On rows.
 * @param ctx the context
 * @param args the arguments
 * @param args.depth - How deep.
 * @param leaf Smallest leaf.
 * @raises nothing that is known
 * @returns The scores.
 */
export function train(ctx: unknown, { depth, leaf, seed, kind }: {
  depth: number;
  leaf: number;
  /** Start of the random numbers. */
  seed: number; /** Which one. */ kind: string;
}) {}`);
    expect(handler.doc).toBe('Trains a tree.\nOn rows.');
    expect(handler.returnsDoc).toBe('The scores.');
    expect(handler.parameters.map((each) => each.doc)).toEqual([
      'How deep.',
      'Smallest leaf.',
      'Start of the random numbers.',
      'Which one.',
    ]);
  });

  it('stands before a constant as well', async () => {
    const handler = await contractOf(
      '/** Fits.\n * @param depth deep */\nexport const train = (ctx: unknown, { depth = 1 }: { depth?: number }) => {}',
    );
    expect([handler.doc, handler.parameters[0]?.doc]).toEqual(['Fits.', 'deep']);
  });

  it('types the params of JavaScript files', async () => {
    const packaged = await import('./package-source.ts').then(({ packageText }) =>
      packageText(
        'train.mjs',
        '/**\n * @param {object} args\n * @param {number} args.depth deep\n * @param {string} [args.kind="a"] which\n */\nexport function train(ctx, { depth, kind = "a" }) {}',
      ),
    );
    expect(packaged.spec.spec.handlers.train?.parameters.map(summary)).toEqual([
      `param depth ${number}`,
      `param kind? ${string} = "a"`,
    ]);
  });
});

describe('results', () => {
  it.each<[string, readonly string[]]>([
    ['return { accuracy: 1, loss };', ['accuracy:number:result', 'loss::result']],
    ['if (ctx) return { a: 1 }; return { b: "x" };', ['a:number:result', 'b:string:result']],
    ['const out = { a: true }; return out;', ['a:boolean:result']],
    ['return { ...other, a: 1, "b-c": 2 };', ['a:number:result', 'b-c:number:result']],
    ['return { ...{ z: 1 } };', ['z:number:result']],
    ['const inner = () => { return { no: 1 } }; return { yes: inner() };', ['yes::result']],
    [
      'const m = await ctx.logModel("m", {}); return { m, d: await ctx.logDataset("d", []) };',
      ['m:Model:artifact', 'd:Dataset:artifact'],
    ],
    ['return 5;', ['return:number:result']],
    ['return compute();', []],
    ['', []],
  ])('of `%s` are read', async (body, expected) => {
    const handler = await contractOf(
      `declare const other: any, loss: number, compute: any;\nexport async function train(ctx: any) { ${body} }`,
    );
    expect(handler.results.map(({ name, typeText = '', role }) => `${name}:${typeText}:${role}`)).toEqual(
      expected,
    );
  });

  it('of an arrow with a bare object are read', async () => {
    const handler = await contractOf('export const train = (ctx: any) => ({ accuracy: 0 })');
    expect(handler.results.map((result) => result.name)).toEqual(['accuracy']);
  });

  it('take types and texts from the declared return type', async () => {
    const handler = await contractOf(
      'interface Out { /** Share of hits. */ accuracy: number; notes?: string[] }\nexport async function train(ctx: any): Promise<Out> { return make(); }\ndeclare const make: any;',
    );
    expect(handler.results).toEqual([
      { name: 'accuracy', typeText: 'number', role: 'result', doc: 'Share of hits.' },
      { name: 'notes', typeText: 'string[]', role: 'result' },
    ]);
  });

  it('become artifacts where `returns` says so', async () => {
    const handler = await contractOf('export function train(ctx: any) { return { rows: [], n: 1 } }', {
      returns: { rows: 'dataset', n: 'result' },
    });
    expect(handler.results.map((result) => result.role)).toEqual(['artifact', 'result']);
  });
});
