import type ts from 'typescript-ast';
import { unwrapExpression } from '../call-expression.ts';
import type { CellSource } from '../read-cells.ts';
import type { NameIndex } from '../resolve-name.ts';
import type { Reference, Statement } from '../statement.ts';
import { typescript } from '../typescript.ts';
import type { Closure } from './close-over.ts';

interface Packaged {
  readonly cells: readonly CellSource[];
  readonly index: NameIndex;
  readonly closure: Closure;
}

/** Methods that read, by the look of their names. */
const reading =
  /^(?:get|is|has|to|find|list|show|print|log|describe|summar|head|tail|slice|map|filter|forEach|join|keys|values|entries|at$|includes|some|every|reduce|concat|predict|display|render|plot|inspect|count|sum|mean|info|close|then|catch|finally|call$|apply$|test$|match|split|trim|replace|run$|query|select|read|download|save|write|export)/i;

/**
 * What cells may change without its being told from their text: globals that needed code reads, and objects of imported classes, by
 * methods nothing is known of (`model.fit(rows)`).
 */
export function unseenChanges(packaged: Packaged): string[] {
  const { cells, closure } = packaged;
  const globals = new Set(closure.unresolved.map(({ name }) => name));
  return cells.flatMap((cell, position) => {
    if (cell.excluded !== undefined || cell.moduleName !== undefined) return [];
    const left = cell.analysed.statements.filter((each) => !closure.needed.get(position)?.has(each));
    return left.flatMap((statement) =>
      statement.references
        .filter((reference) => reference.eager)
        .flatMap((reference) => remark(packaged, globals, position, statement, reference))
        .map(
          (remark) =>
            `${remark} in cell ${cell.number}, line ${lineOf(cell, statement)}; the packaged function does not see that: tag the cell "export" if it has to`,
        ),
    );
  });
}

function remark(
  { cells, index, closure }: Packaged,
  globals: ReadonlySet<string>,
  position: number,
  statement: Statement,
  reference: Reference,
): string[] {
  const { name, access, method } = reference;
  const definition = index.resolve(position, reference);
  if (definition === undefined) {
    const isChanged = access !== 'read' && globals.has(name);
    return isChanged ? [`"${name}", which the function uses, is changed`] : [];
  }
  if (method === undefined || access !== 'read' || reading.test(method)) return [];
  const needed = closure.needed.get(definition.cell);
  const owner = definition.statements.find((each) => needed?.has(each));
  if (
    !owner ||
    !isCalledForEffect(statement, reference) ||
    !isForeignObject(index, definition.cell, owner, name)
  )
    return [];
  return [`"${name}" of cell ${cells[definition.cell]?.number} may be changed by "${method}"`];
}

/** `model.fit(rows)` as a statement of its own. */
function isCalledForEffect({ node }: Statement, { position }: Reference): boolean {
  const api = typescript();
  if (!api.isExpressionStatement(node)) return false;
  let expression = unwrapExpression(node.expression);
  if (api.isAwaitExpression(expression)) expression = unwrapExpression(expression.expression);
  return api.isCallExpression(expression) && expression.getStart() === position;
}

/** Whether the name is given an object of a class that is not of the notebook nor of the language. */
function isForeignObject(index: NameIndex, cell: number, { node }: Statement, name: string): boolean {
  const api = typescript();
  if (!api.isVariableStatement(node)) return false;
  const declaration = node.declarationList.declarations.find((each) => each.name.getText() === name);
  const made = declaration?.initializer && madeBy(declaration.initializer);
  const source = made === undefined ? undefined : index.resolve(cell, { name: made, eager: true });
  return source?.statements.some((each) => each.kind === 'import') ?? false;
}

/** `Model` of `new Model()`, `tf` of `await tf.sequential()`. */
function madeBy(expression: ts.Expression): string | undefined {
  const api = typescript();
  const inner = unwrapExpression(expression);
  if (api.isIdentifier(inner)) return inner.text;
  if (api.isNewExpression(inner) || api.isCallExpression(inner) || api.isAwaitExpression(inner))
    return madeBy(inner.expression);
  return api.isPropertyAccessExpression(inner) ? madeBy(inner.expression) : undefined;
}

/** Functions that read `this` without being methods: the kernel gives them the global object, a module nothing. */
export function looseThis({ cells, closure }: Packaged): string[] {
  return [...closure.needed].flatMap(([position, statements]) => {
    const cell = cells[position];
    return [...statements].flatMap((statement) =>
      cell && typescript().isFunctionDeclaration(statement.node) && readsThis(statement.node)
        ? [
            `cell ${cell.number}, line ${lineOf(cell, statement)}: a function uses "this" without being a method; it is undefined in the packaged function`,
          ]
        : [],
    );
  });
}

function readsThis(declaration: ts.FunctionDeclaration): boolean {
  const api = typescript();
  if (declaration.parameters.some((parameter) => parameter.name.getText() === 'this')) return false;
  const visit = (node: ts.Node): boolean => {
    if (api.isClassLike(node) || api.isTypeNode(node)) return false;
    if (api.isFunctionLike(node) && !api.isArrowFunction(node)) return false;
    if (node.kind === api.SyntaxKind.ThisKeyword) return true;
    return api.forEachChild(node, (child) => visit(child) || undefined) ?? false;
  };
  return declaration.body !== undefined && visit(declaration.body);
}

function lineOf(cell: CellSource, { start }: Statement): number {
  return cell.analysed.file.getLineAndCharacterOfPosition(start).line + 1;
}
