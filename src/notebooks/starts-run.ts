import { nodeSpecifier } from './deno-specifier.ts';
import type { NameIndex } from './resolve-name.ts';
import type { ImportedName, Reference, Statement } from './statement.ts';

/** Parts of our own API that package or run functions: never wanted while a bundle loads. */
const starters: ReadonlySet<string> = new Set([
  'codeToFunction',
  'importFunction',
  'getOrCreateContext',
  'loadProject',
  'openProject',
  'getProject',
  'project',
  'pipeline',
]);

/** Name of the Slipway function that a statement calls when it runs, directly or through functions it calls. */
export function startsRun(index: NameIndex, cell: number, statement: Statement): string | undefined {
  return search(index, cell, statement, false, new Map());
}

function search(
  index: NameIndex,
  cell: number,
  statement: Statement,
  called: boolean,
  seen: Map<Statement, boolean>,
): string | undefined {
  const before = seen.get(statement);
  if (before === true || before === called) return undefined;
  seen.set(statement, called);
  for (const reference of statement.references) {
    if (!reference.eager && !called) continue;
    const definition = index.resolve(cell, reference);
    for (const target of definition?.statements ?? []) {
      const imported = target.imports.find((name) => name.local === reference.name);
      const isOurs = imported !== undefined && nodeSpecifier(imported.specifier) === 'slipway';
      const used = isOurs ? usedName(imported, reference, statement) : undefined;
      if (used !== undefined && starters.has(used)) return used;
      const found = definition && search(index, definition.cell, target, reference.called, seen);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The part of the API that a reference means; with `import * as slipway` it stands behind the dot. */
function usedName(imported: ImportedName, reference: Reference, statement: Statement): string | undefined {
  if (imported.imported !== '*') return imported.imported;
  const text = statement.node.getSourceFile().text.slice(reference.position + reference.name.length);
  return /^\s*\??\.\s*([\w$]+)/.exec(text)?.[1];
}
