import type ts from 'typescript-ast';
import { unwrapExpression } from '../call-expression.ts';
import { type ReadTimes, readKey } from '../closure/read-times.ts';
import type { CellSource } from '../read-cells.ts';
import type { Definition, NameIndex } from '../resolve-name.ts';
import { startsRun } from '../starts-run.ts';
import type { Statement } from '../statement.ts';
import { typescript } from '../typescript.ts';
import { callsAny, returnsValue } from './calls.ts';
import type { Change, ChangeFinder } from './find-changes.ts';

/** A statement that changes something needed. */
export interface TakenChange {
  readonly cell: number;
  readonly statement: Statement;
  readonly change: Change;
}

/**
 * A change that is not repeated in the package. `trial`: the statement calls a function for its value, to try it out. `handler`: it
 * calls the handler. `run`: it packages or runs functions.
 */
export interface PassedOverChange extends TakenChange {
  readonly because: 'trial' | 'handler' | 'run';
}

interface Situation {
  readonly cells: readonly CellSource[];
  readonly index: NameIndex;
  readonly seeds: readonly Definition[];
  readonly needed: ReadonlyMap<number, ReadonlySet<Statement>>;
  readonly reads: ReadTimes;
  readonly finder: ChangeFinder;
}

/** Which statements finish building what is needed (`table.set(…)`, `model = …`), in whatever cell, and so are needed too. */
export function sortChanges(situation: Situation): {
  readonly taken: readonly TakenChange[];
  readonly passedOver: readonly PassedOverChange[];
} {
  const taken: TakenChange[] = [];
  const passedOver: PassedOverChange[] = [];
  for (const [cell, source] of situation.cells.entries()) {
    if (source.excluded !== undefined || source.moduleName !== undefined || source.analysed.problem) continue;
    for (const statement of source.analysed.statements) {
      const change = relevantChange(situation, cell, statement);
      if (change === undefined) continue;
      const isNeeded = situation.needed.get(cell)?.has(statement) ?? false;
      const because = isNeeded ? undefined : reasonToPassOver(situation, cell, statement, change);
      if (because === undefined) taken.push({ cell, statement, change });
      else passedOver.push({ cell, statement, change, because });
    }
  }
  return { taken, passedOver };
}

/** The first change of something that is needed and still read afterwards; a direct one before one through a function. */
function relevantChange(
  { index, needed, reads, finder }: Situation,
  cell: number,
  statement: Statement,
): Change | undefined {
  const relevant = finder.of(cell, statement).filter(({ name, owner, access }) => {
    const definition = index.own(owner, name);
    if (!definition?.statements.some((each) => each !== statement && needed.get(owner)?.has(each)))
      return false;
    const last = (access === 'assign' ? reads.name : reads.value).get(readKey(owner, name)) ?? owner;
    return owner === cell || last >= cell;
  });
  return relevant.find((each) => each.through === undefined) ?? relevant[0];
}

function reasonToPassOver(
  { cells, index, seeds }: Situation,
  cell: number,
  statement: Statement,
  change: Change,
): PassedOverChange['because'] | undefined {
  const handlers = new Set(seeds.flatMap((seed) => seed.statements));
  if (startsRun(index, cell, statement) !== undefined) return 'run';
  if (callsAny(index, cell, statement, handlers)) return 'handler';
  if (change.through === undefined) return undefined;
  return isTrial(index, cells[cell], cell, statement, change.through) ? 'trial' : undefined;
}

/** `bump();` is there for what it does; `console.log(score(3))`, `const s = score(3)` and a last `score(3)` are there for the value. */
function isTrial(
  index: NameIndex,
  source: CellSource | undefined,
  cell: number,
  statement: Statement,
  callee: string,
): boolean {
  const api = typescript();
  const { node } = statement;
  if (!api.isExpressionStatement(node)) return statement.kind === 'declaration';
  let call = unwrapExpression(node.expression);
  while (api.isAwaitExpression(call) || api.isVoidExpression(call)) call = unwrapExpression(call.expression);
  if (isForEach(call)) return false;
  const isItself =
    api.isCallExpression(call) && api.isIdentifier(call.expression) && call.expression.text === callee;
  if (!isItself) return true;
  const isLast = source?.analysed.statements.at(-1) === statement;
  const definition = index.resolve(cell, { name: callee, eager: true });
  return isLast && definition !== undefined && returnsValue(definition);
}

/** `[1, 2].forEach(add)` gives nothing back: it is there for what it does. */
function isForEach(node: ts.Node): boolean {
  const api = typescript();
  return (
    api.isCallExpression(node) &&
    api.isPropertyAccessExpression(node.expression) &&
    node.expression.name.text === 'forEach'
  );
}
