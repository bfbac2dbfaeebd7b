import type ts from 'typescript-ast';
import { createNameIndex } from '../../resolve-name.ts';
import type { Reference } from '../../statement.ts';
import { typescript } from '../../typescript.ts';
import { type CheckedCell, type NotebookProblem, placeAt } from './checked-cell.ts';
import type { CheckedProgram } from './checked-program.ts';

/**
 * A name that a later cell declares again with a type that does not fit, while a function of a cell in between goes on using it: the
 * kernel checked that function against the earlier type.
 */
export function redeclarationProblems(checked: CheckedProgram): readonly NotebookProblem[] {
  const { cells } = checked;
  const index = createNameIndex(cells);
  return cells.flatMap((cell, position) =>
    firstUses(cell).flatMap((reference): NotebookProblem[] => {
      const { name } = reference;
      if (index.own(position, name)) return [];
      const declaring = index.declaring(name);
      const before = declaring.findLast((at) => at < position);
      const after = declaring.at(-1);
      if (before === undefined || after === undefined || after < position) return [];
      const [first, last] = [cells[before], cells[after]];
      const types = first && last && conflict(checked, name, first, last);
      if (!types) return [];
      const message = `"${name}" of cell ${first.number} (${types.first}) is declared again in cell ${last.number} as ${types.last}; this function finds that one when it runs`;
      return [{ severity: 'warning', rule: 'redeclaration', message, ...placeAt(cell, reference.position) }];
    }),
  );
}

/** Uses in functions, each name once. */
function firstUses(cell: CheckedCell): readonly Reference[] {
  const late = cell.analysed.statements
    .flatMap((statement) => statement.references)
    .filter((reference) => !reference.eager);
  return [...new Map([...late].reverse().map((reference) => [reference.name, reference])).values()];
}

function conflict(
  checked: CheckedProgram,
  name: string,
  first: CheckedCell,
  last: CheckedCell,
): { readonly first: string; readonly last: string } | undefined {
  const { checker } = checked;
  const [before, after] = [typeOf(checked, name, first), typeOf(checked, name, last)];
  if (!before || !after || checker.isTypeAssignableTo(after, before)) return undefined;
  const [shown, other] = [checker.typeToString(before), checker.typeToString(after)];
  // two classes of one name are told apart by nothing but their cells
  return { first: shown, last: shown === other ? 'another one' : other };
}

function typeOf({ checker, sourceOf }: CheckedProgram, name: string, cell: CheckedCell): ts.Type | undefined {
  const source = sourceOf(cell);
  const module = source && checker.getSymbolAtLocation(source);
  const exported = module && checker.getExportsOfModule(module).find((each) => each.name === name);
  if (!source || !exported) return undefined;
  const isAlias = (exported.flags & typescript().SymbolFlags.Alias) !== 0;
  const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
  // literal types of constants differ whenever the value does
  return checker.getBaseTypeOfLiteralType(checker.getTypeOfSymbolAtLocation(symbol, source));
}
