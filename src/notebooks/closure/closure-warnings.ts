import type { TakenChange } from '../changes/sort-changes.ts';
import type { CellSource } from '../read-cells.ts';
import type { Definition, NameIndex } from '../resolve-name.ts';
import type { Closure } from './close-over.ts';
import { looseThis, unseenChanges } from './unseen-changes.ts';

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
    ...outsideMarkers(packaged),
    ...unresolvedNames(packaged),
    ...changes(packaged),
    ...unseenChanges(packaged),
    ...looseThis(packaged),
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
      if (use.name === 'Deno')
        return `"Deno", used in cell ${numberOf(cells, use.from)}, is not there when the function runs: packaged functions run in Node`;
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

/** Cells that change what others declare: what they do is packaged, unless they only try functions out. */
function changes({ cells, closure }: Packaged): string[] {
  const line = (cell: number, position: number): number =>
    (cells[cell]?.analysed.file.getLineAndCharacterOfPosition(position).line ?? 0) + 1;
  const what = ({ cell, change }: TakenChange): string =>
    `"${change.name}" of cell ${numberOf(cells, change.owner)} is changed in cell ${numberOf(cells, cell)}, line ${line(cell, change.position)}${change.through === undefined ? '' : `, by "${change.through}"`}`;
  return [
    ...closure.changes
      .filter(({ cell, change }) => cell !== change.owner)
      .map((each) => `${what(each)}; that statement is packaged and runs whenever the function is loaded`),
    ...closure.passedOver
      .filter((each) => each.because !== 'run')
      .map((each) =>
        each.because === 'trial'
          ? `${what(each)}; the call looks like a trial, so the packaged function does not see that`
          : `${what(each)}; the packaged function starts without what the handler did there`,
      ),
  ];
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
