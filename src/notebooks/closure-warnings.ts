import type { Closure, Link } from './close-over.ts';
import type { CellSource } from './read-cells.ts';
import type { Definition, NameIndex } from './resolve-name.ts';
import type { Statement } from './statement.ts';

interface Packaged {
  readonly cells: readonly CellSource[];
  readonly index: NameIndex;
  readonly closure: Closure;
  readonly handlers: readonly { readonly name: string; readonly definition: Definition }[];
}

/** What is packaged all the same but deserves a look. */
export function closureWarnings(packaged: Packaged): string[] {
  const warnings = [
    ...redefined(packaged),
    ...staleValues(packaged),
    ...outsideMarkers(packaged),
    ...unresolvedNames(packaged),
    ...foreignChanges(packaged),
    ...handlerState(packaged),
    ...ioAtLoad(packaged),
    ...brokenButUnneeded(packaged),
  ];
  return [...new Set(warnings)];
}

const numberOf = (cells: readonly CellSource[], position: number): number => cells[position]?.number ?? 0;

/** B4: what a function uses is redefined after the function's cell. */
function redefined({ cells, index, closure }: Packaged): string[] {
  return closure.links
    .filter((link) => !link.reference.eager && link.to > link.from)
    .flatMap((link) => {
      const earlier = index.declaring(link.name).filter((cell) => cell < link.to);
      if (earlier.length === 0) return [];
      const where = earlier.map((cell) => `cell ${numberOf(cells, cell)}`).join(', ');
      return [
        `"${link.name}" is defined in ${where} and again in cell ${numberOf(cells, link.to)}; the packaged function uses cell ${numberOf(cells, link.to)}`,
      ];
    });
}

/** A top-level value was computed through a function whose own names were redefined afterwards: the kernel kept the old value. */
function staleValues({ cells, index, closure }: Packaged): string[] {
  const warnings: string[] = [];
  for (const [position, statements] of closure.needed)
    for (const statement of statements)
      for (const reference of statement.references.filter((each) => each.eager && each.called)) {
        const callee = index.resolve(position, reference);
        for (const late of lateLinks(closure, callee, new Set()))
          if (late.to > position)
            warnings.push(
              `"${statement.declares.join(', ')}" in cell ${numberOf(cells, position)} is computed by "${reference.name}", which uses "${late.name}" of cell ${numberOf(cells, late.to)}; in the kernel it had been computed before that cell ran`,
            );
      }
  return warnings;
}

function lateLinks(closure: Closure, callee: Definition | undefined, seen: Set<Statement>): Link[] {
  return (callee?.statements ?? []).flatMap((statement) => {
    if (seen.has(statement)) return [];
    seen.add(statement);
    const links = closure.links.filter((link) => link.statement === statement && !link.reference.eager);
    const further = links.flatMap((link) =>
      lateLinks(
        closure,
        {
          cell: link.to,
          statements: [...(closure.needed.get(link.to) ?? [])].filter((each) =>
            each.declares.includes(link.name),
          ),
        },
        seen,
      ),
    );
    return [...links, ...further];
  });
}

function outsideMarkers({ cells, closure }: Packaged): string[] {
  return closure.links
    .filter((link) => cells[link.to]?.marked?.length === 0)
    .map(
      (link) =>
        `"${link.name}" is defined outside of the marked code, in cell ${numberOf(cells, link.to)}; it is packaged too`,
    );
}

const moduleGlobals: ReadonlySet<string> = new Set([
  ...['require', 'module', 'exports', '__dirname', '__filename', 'undefined', 'arguments', 'default'],
  ...Object.getOwnPropertyNames(globalThis),
]);

function unresolvedNames({ cells, closure }: Packaged): string[] {
  return closure.unresolved
    .filter((use) => !moduleGlobals.has(use.name))
    .map((use) => {
      const hidden = cells.find(
        (cell) =>
          cell.excluded !== undefined &&
          new RegExp(`\\b(?:const|let|var|function|class)\\s+${escapePattern(use.name)}\\b`).test(
            cell.original,
          ),
      );
      const remark = hidden ? `; cell ${hidden.number} seems to, but ${hidden.excluded}` : '';
      return `"${use.name}", used in cell ${numberOf(cells, use.from)}, is defined in no cell${remark}`;
    });
}

/** `rows.push(…)` in another cell: whether it changes the value cannot be told for sure. */
function foreignChanges({ cells, index, closure }: Packaged): string[] {
  return cells.flatMap((cell, position) =>
    cell.excluded !== undefined
      ? []
      : cell.analysed.statements.flatMap((statement) =>
          statement.references
            .filter((each) => each.eager && each.access === 'call-change')
            .flatMap((reference) => {
              const definition = index.resolve(position, reference);
              const isNeeded = definition?.statements.some((each) =>
                closure.needed.get(definition.cell)?.has(each),
              );
              if (!definition || definition.cell === position || !isNeeded) return [];
              return [
                `"${reference.name}" of cell ${numberOf(cells, definition.cell)} is changed in cell ${cell.number}, line ${statement.line}; the packaged function does not see that`,
              ];
            }),
        ),
  );
}

/** B7: module state outlives a call within one process. */
function handlerState({ cells, closure }: Packaged): string[] {
  return [...closure.needed].flatMap(([position, statements]) => {
    const assignable = new Set([...statements].flatMap((statement) => statement.assignable));
    return [...statements].flatMap((statement) =>
      statement.references
        .filter((each) => !each.eager && each.access === 'assign' && assignable.has(each.name))
        .map(
          (each) =>
            `"${each.name}" in cell ${numberOf(cells, position)} is changed while the function runs; runs in one process share it`,
        ),
    );
  });
}

const ioModules: ReadonlySet<string> = new Set(
  ['fs', 'fs/promises', 'net', 'http', 'https', 'http2', 'child_process', 'dgram', 'tls'].flatMap((name) => [
    name,
    `node:${name}`,
  ]),
);

/** E2: reading files or the network while the bundle loads, which happens in every run. */
function ioAtLoad({ cells, index, closure }: Packaged): string[] {
  return [...closure.needed].flatMap(([position, statements]) =>
    [...statements].flatMap((statement) =>
      statement.references
        .filter((each) => each.eager && statement.kind !== 'export')
        .filter((each) => each.name === 'fetch' || isIo(index, position, each.name))
        .map(
          (each) =>
            `cell ${numberOf(cells, position)}, line ${statement.line} uses "${each.name}" each time the function is loaded; better done inside the handler`,
        ),
    ),
  );
}

function isIo(index: NameIndex, position: number, name: string): boolean {
  const definition = index.resolve(position, { name, eager: true });
  return (definition?.statements ?? []).some((statement) =>
    statement.imports.some((each) => each.local === name && ioModules.has(each.specifier)),
  );
}

function brokenButUnneeded({ cells, closure }: Packaged): string[] {
  return cells.flatMap((cell, position) =>
    cell.analysed.problem && !closure.needed.has(position) && cell.excluded === undefined
      ? [`cell ${cell.number} does not parse (${cell.analysed.problem.message}); it is not needed`]
      : [],
  );
}

const escapePattern = (text: string): string => text.replace(/[$]/g, '\\$&');
