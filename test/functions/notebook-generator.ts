import fc from 'fast-check';

/** What a definition adds to a notebook. */
interface Defined {
  /** Names: a cell declares each once. */
  readonly names: readonly string[];
  readonly code: string;
  /** Expressions of type number that use it. */
  readonly gives?: readonly string[];
  /** The same, only where `await` is allowed. */
  readonly awaits?: readonly string[];
  /** Statements that change it. */
  readonly does?: readonly string[];
}

interface Ingredients {
  /** Letter of the name. */
  readonly id: string;
  readonly n: number;
  /** A number from what was defined before, or a plain one. */
  readonly u: string;
  readonly w: string;
}

type Form = (ingredients: Ingredients) => Defined;

const variable: readonly Form[] = [
  ({ id, n, u }) => ({
    names: [`v_${id}`],
    code: `const v_${id}: number = ${n} + ${u}`,
    gives: [`v_${id}`],
  }),
  ({ id, u, n }) => {
    const w = `w_${id}`;
    return {
      names: [w],
      code: `let ${w}: number = ${u}`,
      gives: [w],
      does: [
        `${w} = ${n}`,
        `${w} += 2`,
        `${w}++`,
        `for (const k of [1, 2]) ${w} += k`,
        `if (${w} > 3) { ${w} -= 1 } else { ${w} *= 2 }`,
        `[${w}] = [${w} + 1]`,
        `({ x: ${w} } = { x: ${w} + ${n} })`,
        `${w} ||= 4`,
        `try { ${w} += 1; throw new Error('x') } catch { ${w} += 2 } finally { ${w} += 3 }`,
        `outer: for (const i of [1, 2, 3]) { for (const j of [1, 2]) { if (j === 2) continue outer; if (i === 3) break outer; ${w} += i * j } }`,
        `switch (${w} % 2) { case 0: ${w} += 1; break; default: ${w} += 10 }`,
        `do { ${w} += 1 } while (${w} < 3)`,
      ],
    };
  },
  ({ id, u, n }) => ({
    names: [`w_${id}`, `get_${id}`, `put_${id}`],
    code: `let w_${id}: number = ${u}\nfunction get_${id}(): number { return w_${id} }\nfunction put_${id}(x: number): void { w_${id} = x + ${n} }`,
    gives: [`w_${id}`, `get_${id}()`],
    does: [`put_${id}(${n})`, `put_${id}(w_${id})`],
  }),
  ({ id, u }) => ({
    names: [`t_${id}`],
    code: `const t_${id}: string = \`v\${${u}}-\${'x'.repeat(2)}\``,
    gives: [`t_${id}.length`],
  }),
  ({ id, u }) => ({
    names: [`aw_${id}`],
    code: `const aw_${id}: number = await Promise.resolve(${u})`,
    gives: [`aw_${id}`],
  }),
  ({ id, u, w }) => ({
    names: [`one_${id}`, `two_${id}`],
    code: `const [one_${id}, two_${id}] = await Promise.all([Promise.resolve(${u}), Promise.resolve(${w})])`,
    gives: [`one_${id}`, `two_${id}`],
  }),
];

const shaped: readonly Form[] = [
  ({ id, n, u }) => ({
    names: [`p_${id}`, `q_${id}`],
    code: `const { p: p_${id} = ${n}, ...q_${id} } = { p: undefined as number | undefined, r: ${u} }`,
    gives: [`p_${id}`, `q_${id}.r`],
    does: [`q_${id}.r = ${n}`],
  }),
  ({ id, u }) => ({
    names: [`x_${id}`, `y_${id}`],
    code: `const [x_${id}, y_${id} = 4] = [${u}] as [number, number?]`,
    gives: [`x_${id} + y_${id}`],
  }),
  ({ id, n, u }) => ({
    names: [`s_${id}`, `o_${id}`],
    code: `const s_${id}: number = ${n}\nconst o_${id} = { s_${id}, y: ${u}, get z(): number { return this.y + 1 }, ['k' + 1]: 3 }`,
    gives: [`o_${id}.y`, `o_${id}.z`, `o_${id}.s_${id}`],
    does: [`o_${id}.y = ${n}`, `Object.assign(o_${id}, { y: ${u} })`, `o_${id}.y++`, `o_${id}['y'] *= 2`],
  }),
  ({ id, n, u }) => ({
    names: [`l_${id}`],
    code: `const l_${id}: number[] = [${u}, ...[${n}, 2]]`,
    gives: [`l_${id}.length`, `l_${id}.reduce((p, q) => p * 3 + q, 0)`, `Math.max(0, ...l_${id})`],
    does: [
      `l_${id}.push(${n})`,
      `l_${id}.sort((p, q) => p - q)`,
      `l_${id}.splice(0, 1)`,
      `for (const [i, v] of l_${id}.entries()) l_${id}[i] = v * 2`,
    ],
  }),
  ({ id, n, u }) => ({
    names: [`r_${id}`],
    code: `const r_${id}: { x: number }[] = [{ x: ${n} }, { x: ${u} }]`,
    gives: [`r_${id}.reduce((p, { x }) => p + x, 0)`],
    does: [
      `for (const row of r_${id}) row.x += 1`,
      `r_${id}.forEach((row) => { row.x *= 2 })`,
      `r_${id}[0].x = ${n}`,
      `Object.values(r_${id}).forEach(({ ...row }, i) => { r_${id}[i] = { x: row.x + i } })`,
    ],
  }),
  ({ id, u, n }) => ({
    names: [`m_${id}`],
    code: `const m_${id}: Map<string, number> = new Map([['k', ${u}]])`,
    gives: [`m_${id}.size`, `(m_${id}.get('k') ?? 0)`],
    does: [`m_${id}.set('k', ${n})`, `m_${id}.set('z', 1)`, `m_${id}.delete('k')`],
  }),
  ({ id, u }) => ({
    names: [`c_${id}`],
    code: `const c_${id} = ((start: number) => { let n = start; return { inc(): void { n += 1 }, get: (): number => n } })(${u})`,
    gives: [`c_${id}.get()`],
    does: [`c_${id}.inc()`],
  }),
  ({ id, n }) => ({
    names: [`oc_${id}`],
    code: `const oc_${id}: { q?: { r: number } } = ${n > 4 ? '{}' : `{ q: { r: ${n} } }`}`,
    gives: [`(oc_${id}.q?.r ?? 5)`],
    does: [`oc_${id}.q = { r: ${n} }`, `delete oc_${id}.q`],
  }),
  ({ id, n }) => ({
    names: [`E_${id}`],
    code: `enum E_${id} { One = 1, Two = One * 2, N = ${n}, S = 'text' }`,
    gives: [`(E_${id}.Two + E_${id}.N)`, `E_${id}.S.length`],
  }),
  ({ id, u }) => ({
    names: [`map_${id}`],
    code: `const map_${id}: number[] = [1, 2].map((k) => k * ${u})`,
    gives: [`map_${id}.reduce((p, q) => p + q, 0)`],
  }),
];

const callable: readonly Form[] = [
  ({ id, n, u, w }) => ({
    names: [`f_${id}`],
    code: `function f_${id}(x: number = 1): number { return x * ${n} + ${u} + ${w} }`,
    gives: [`f_${id}()`, `f_${id}(3)`, `[1, 2].map(f_${id})[1]`],
  }),
  ({ id, u }) => ({
    names: [`h_${id}`],
    code: `const h_${id} = (x: number): number => { const inner = (k: number) => k + ${u}; return inner(x) }`,
    gives: [`h_${id}(2)`],
  }),
  ({ id, u, w }) => ({
    names: [`af_${id}`],
    code: `async function af_${id}(x: number): Promise<number> { const y = await Promise.resolve(${u}); return x + y + ${w} }`,
    awaits: [`await af_${id}(2)`],
  }),
  ({ id, u }) => ({
    names: [`g_${id}`],
    code: `function* g_${id}(to: number): Generator<number> { for (let i = 0; i < to; i++) yield i + ${u} }`,
    gives: [`[...g_${id}(3)].reduce((p, q) => p + q, 0)`],
  }),
  ({ id, u }) => ({
    names: [`ag_${id}`],
    code: `async function* ag_${id}(): AsyncGenerator<number> { yield 1; yield ${u} }`,
    awaits: [`await (async () => { let sum = 0; for await (const x of ag_${id}()) sum += x; return sum })()`],
  }),
  ({ id, u }) => ({
    names: [`ov_${id}`],
    code: `function ov_${id}(x: string): string;\nfunction ov_${id}(x: number): number;\nfunction ov_${id}(x: any): any { return typeof x === 'number' ? x + ${u} : x }`,
    gives: [`ov_${id}(2)`, `ov_${id}('ab').length`],
  }),
  ({ id, u }) => ({
    names: [`I_${id}`, `ty_${id}`],
    code: `interface I_${id} { x: number }\ntype T_${id} = I_${id} | undefined\nfunction ty_${id}(v: T_${id}): number { return (v?.x ?? 1) + ${u} }`,
    gives: [`ty_${id}({ x: 2 })`, `ty_${id}(undefined)`],
  }),
  ({ id, n, u, w }) => ({
    names: [`C_${id}`],
    code: `class C_${id} { static count: number = ${n}; static { C_${id}.count += 1 } #kept: number = ${u}; constructor(public x: number = 2) {}\n  get size(): number { return this.#kept + this.x }\n  set size(v: number) { this.#kept = v }\n  total(): number { return this.size + ${w} }\n  grow(by: number): this { this.x += by; return this }\n}`,
    gives: [`new C_${id}(2).total()`, `C_${id}.count`, `new C_${id}().grow(2).size`],
    does: [`C_${id}.count += 2`],
  }),
];

const imported: readonly Form[] = [
  ({ id }) => ({
    names: [`tw_${id}`],
    code: `import { twice as tw_${id} } from './lib'`,
    gives: [`tw_${id}(3)`],
  }),
  ({ id }) => ({
    names: [`dt_${id}`],
    code: `import dt_${id} from './data.json'`,
    gives: [`dt_${id}.rate`],
  }),
  ({ id, n }) => ({
    names: [`pa_${id}`],
    code: `import * as pa_${id} from 'node:path'`,
    gives: [`pa_${id}.basename('/a/${'b'.repeat(n)}').length`],
  }),
];

/** Forms that build on something there already, by the letter of it. */
const dependent: Readonly<Record<string, readonly ((name: string, ingredients: Ingredients) => Defined)[]>> =
  {
    C_: [
      (base, { id, u }) => ({
        names: [`D_${id}`],
        code: `class D_${id} extends ${base} { total(): number { return super.total() * 2 + ${u} } }`,
        gives: [`new D_${id}(1).total()`, `new D_${id}(3).size`],
      }),
      (base, { id, u }) => ({
        names: [`i_${id}`],
        code: `const i_${id} = new ${base}(${u})`,
        gives: [`i_${id}.total()`, `i_${id}.x`],
        does: [`i_${id}.grow(2)`, `i_${id}.x = 7`, `i_${id}.size = 3`],
      }),
    ],
    f_: [
      (inner, { id }) => ({
        names: [`old_${id}`],
        code: `const old_${id} = ${inner}`,
        gives: [`old_${id}(2)`],
      }),
      (inner, { id, n }) => ({
        names: [`list_${id}`],
        code: `const list_${id}: number[] = [1, ${n}].map((k) => ${inner}(k))`,
        gives: [`list_${id}[1]`],
      }),
    ],
    old_: [
      (old) => ({
        names: [old.replace('old_', 'f_')],
        code: `function ${old.replace('old_', 'f_')}(x: number = 1): number { return ${old}(x) + 1 }`,
        gives: [`${old.replace('old_', 'f_')}(5)`],
      }),
    ],
    w_: [
      (name, { id, u }) => ({
        names: [`bump_${id}`],
        code: `function bump_${id}(): void { ${name} += ${u} }`,
        does: [`bump_${id}()`, `for (let i = 0; i < 2; i++) bump_${id}()`],
      }),
      (name, { id, n }) => ({
        names: [`next_${id}`],
        code: `const next_${id} = (): number => (${name} += ${n})`,
        gives: [`next_${id}()`],
      }),
    ],
    l_: [
      (name, { id, u }) => ({
        names: [`fill_${id}`],
        code: `function fill_${id}(list: number[]): void { list.push(${u}) }`,
        does: [`fill_${id}(${name})`],
      }),
    ],
    r_: [
      (name, { id, n }) => ({
        names: [`al_${id}`],
        code: `const al_${id} = ${name}[0]`,
        gives: [`al_${id}.x`],
        does: [`al_${id}.x = ${n}`],
      }),
    ],
  };

/** One name, each time something else. As text they are the same in both worlds: code is not. */
const retyped: readonly Form[] = [
  ({ id, u }) => ({ names: [`z_${id}`], code: `const z_${id}: number = ${u}`, gives: [`z_${id}`] }),
  ({ id, n }) => ({
    names: [`z_${id}`],
    code: `const z_${id} = 'a'.repeat(${n})`,
    gives: [`z_${id}.length`],
  }),
  ({ id, u }) => ({
    names: [`z_${id}`],
    code: `const z_${id} = Object.assign((): number => ${u}, { toString: () => 'code' })`,
    gives: [`z_${id}()`],
  }),
  ({ id, u }) => ({
    names: [`z_${id}`],
    code: `class z_${id} { v: number = ${u}; static toString(): string { return 'code' } }`,
    gives: [`new z_${id}().v`],
  }),
];

const forms: readonly Form[] = [
  ...variable,
  ...variable,
  ...shaped,
  ...callable,
  ...callable,
  ...imported,
  ...retyped,
];

interface Part {
  readonly action: number;
  readonly form: number;
  readonly letter: number;
  readonly picks: readonly number[];
  readonly n: number;
  readonly joins: boolean;
}

const part: fc.Arbitrary<Part> = fc.record({
  action: fc.integer({ min: 0, max: 9 }),
  form: fc.nat(),
  letter: fc.nat(2),
  picks: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
  n: fc.integer({ min: 1, max: 9 }),
  joins: fc.boolean(),
});

/**
 * Notebooks of all these forms, redefined, changed and mixed in any order, with a handler `train` somewhere in the second half that
 * returns all there is at that point.
 */
export const generatedNotebook: fc.Arbitrary<readonly string[]> = fc
  .record({ parts: fc.array(part, { minLength: 6, maxLength: 14 }), at: fc.integer({ min: 40, max: 100 }) })
  .map(({ parts, at }) => new NotebookBuilder().build(parts, at / 100));

class NotebookBuilder {
  /** What there is, by its first name: redefining replaces it. */
  readonly #known = new Map<string, Defined>();
  readonly #cells: { readonly names: Set<string>; readonly lines: string[] }[] = [];

  build(parts: readonly Part[], handlerAt: number): readonly string[] {
    const before = Math.ceil(parts.length * handlerAt);
    for (const each of parts.slice(0, before)) this.#add(each);
    this.#cells.push({ names: new Set(['train']), lines: [this.#handler()] });
    for (const each of parts.slice(before)) this.#add({ ...each, joins: false });
    return this.#cells.map(({ lines }) => lines.join('\n'));
  }

  #add(each: Part): void {
    const changes = [...this.#known.values()].flatMap((known) => known.does ?? []);
    const change = pick(changes, each.form);
    if (each.action >= 7 && change !== undefined) {
      this.#write([], `${change};`, each.joins);
      return;
    }
    const defined = this.#define(each);
    this.#write(defined.names, defined.code, each.joins);
    for (const name of defined.names) this.#known.delete(name);
    for (const [first, known] of this.#known)
      if (known.names.some((name) => defined.names.includes(name))) this.#known.delete(first);
    this.#known.set(defined.names[0] ?? '', defined);
  }

  #define({ action, form, letter, picks, n }: Part): Defined {
    const id = 'abc'[letter] ?? 'a';
    const [u, w] = [this.#number(picks[0] ?? 0, n), this.#number(picks[1] ?? 0, n + 1)];
    const ingredients = { id, n, u, w };
    const possible = [...this.#known.keys()].flatMap((name) =>
      (dependent[name.replace(/[^_]*$/, '')] ?? []).map((make) => () => make(name, ingredients)),
    );
    const built = action >= 5 ? pick(possible, form) : undefined;
    return built?.() ?? (forms[form % forms.length] as Form)(ingredients);
  }

  #number(choice: number, n: number): string {
    const given = [...this.#known.values()].flatMap((known) => known.gives ?? []);
    return (choice % 4 === 0 ? undefined : pick(given, choice)) ?? String(n);
  }

  #write(names: readonly string[], code: string, joins: boolean): void {
    const last = this.#cells.at(-1);
    if (joins && last && !names.some((name) => last.names.has(name))) {
      for (const name of names) last.names.add(name);
      last.lines.push(code);
    } else this.#cells.push({ names: new Set(names), lines: [code] });
  }

  #handler(): string {
    const all = [...this.#known.values()].flatMap(({ gives = [], awaits = [] }) => [...gives, ...awaits]);
    return `async function train(_ctx: unknown, { n = 1 }: { n?: number } = {}) {\n  return [n,\n    ${all.join(',\n    ')}]\n}`;
  }
}

const pick = <Item>(items: readonly Item[], choice: number): Item | undefined => items[choice % items.length];
