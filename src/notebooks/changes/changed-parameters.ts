import type ts from 'typescript-ast';
import { changesAny } from '../access.ts';
import { isFunctionLiteral, unwrapExpression } from '../call-expression.ts';
import { bindingNames } from '../declared-names.ts';
import type { Definition, NameIndex } from '../resolve-name.ts';
import { typescript } from '../typescript.ts';

type FunctionLike = ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction;

/** Places of the parameters whose values a function of the notebook changes, itself or through another one that it gives them to. */
export function changedParameters(
  index: NameIndex,
  definition: Definition,
  name: string,
  seen: ReadonlySet<string> = new Set(),
): ReadonlySet<number> {
  const found = functionNamed(definition, name);
  if (!found?.body || seen.has(name)) return new Set();
  const { body, parameters } = found;
  const changed = parameters.flatMap((parameter, place) => {
    const names = bindingNames(parameter.name);
    const passed = (): boolean => givesAway(index, definition.cell, body, names, new Set([...seen, name]));
    return changesAny(body, names) || passed() ? [place] : [];
  });
  return new Set(changed);
}

function functionNamed({ statements }: Definition, name: string): FunctionLike | undefined {
  const api = typescript();
  for (const { node } of statements) {
    if (api.isFunctionDeclaration(node) && node.name?.text === name && node.body) return node;
    if (!api.isVariableStatement(node)) continue;
    for (const declaration of node.declarationList.declarations) {
      const value = declaration.initializer && unwrapExpression(declaration.initializer);
      if (value && isFunctionLiteral(value) && bindingNames(declaration.name).includes(name)) return value;
    }
  }
  return undefined;
}

/** Whether one of the names goes to a function that changes it. */
function givesAway(
  index: NameIndex,
  cell: number,
  body: ts.Node,
  names: readonly string[],
  seen: ReadonlySet<string>,
): boolean {
  const api = typescript();
  const visit = (node: ts.Node): boolean => {
    if (api.isCallExpression(node) && api.isIdentifier(node.expression)) {
      const callee = node.expression.text;
      const places = node.arguments.flatMap((argument, place) =>
        api.isIdentifier(argument) && names.includes(argument.text) ? [place] : [],
      );
      const definition = places.length > 0 ? index.resolve(cell, { name: callee, eager: false }) : undefined;
      const changed = definition && changedParameters(index, definition, callee, seen);
      if (places.some((place) => changed?.has(place))) return true;
    }
    return api.forEachChild(node, (child) => visit(child) || undefined) ?? false;
  };
  return visit(body);
}
