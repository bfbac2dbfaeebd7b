import type ts from 'typescript-ast';
import { typescript } from '../../notebooks/typescript.ts';

/** Which names in a pipeline file stand for functions (handles) and, inside a body, for references to outputs. */
export interface ReferenceScope {
  readonly handles: ReadonlySet<string>;
  readonly references: Set<string>;
  /** Name of the body's first parameter, `p`. */
  readonly context: string | undefined;
}

const makers = new Set(['codeToFunction', 'importFunction']);
const derivations = new Set(['as', 'with', 'sweep']);

/** Names that are bound to functions anywhere in the file: by `codeToFunction`, `importFunction`, `project.function`. */
export function findHandles(source: ts.SourceFile): ReadonlySet<string> {
  const api = typescript();
  const handles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (api.isVariableDeclaration(node) && api.isIdentifier(node.name) && node.initializer !== undefined) {
      const value = strip(node.initializer);
      if (makesHandle(value) || isHandle(value, handles)) handles.add(node.name.text);
    }
    api.forEachChild(node, visit);
  };
  visit(source);
  return handles;
}

/** Whether an expression gives a reference to a step or to an output of one. */
export function isReference(node: ts.Node, scope: ReferenceScope): boolean {
  const api = typescript();
  const value = strip(node);
  if (api.isIdentifier(value)) return scope.references.has(value.text);
  if (api.isPropertyAccessExpression(value))
    return isReference(value.expression, scope) || isWhenResult(value, scope);
  if (api.isElementAccessExpression(value)) return isReference(value.expression, scope);
  if (api.isCallExpression(value))
    return isStepCall(value, scope) || isContextCall(value, scope, ['artifact', 'parameter', 'map']);
  return false;
}

/** Whether a call adds a step: of a function, or of one changed by `.as`, `.with`, `.sweep`. */
function isStepCall(call: ts.CallExpression, scope: ReferenceScope): boolean {
  return isHandle(strip(call.expression), scope.handles);
}

function isHandle(node: ts.Node, handles: ReadonlySet<string>): boolean {
  const api = typescript();
  if (api.isIdentifier(node)) return handles.has(node.text);
  if (!api.isCallExpression(node) || !api.isPropertyAccessExpression(node.expression)) return false;
  if (!derivations.has(node.expression.name.text)) return false;
  const [first] = node.arguments;
  // a name given with .as('…') tells a function even where its own origin lies in another file
  const isNamed =
    node.expression.name.text === 'as' && first !== undefined && !api.isObjectLiteralExpression(first);
  return isNamed || isHandle(strip(node.expression.expression), handles);
}

function makesHandle(node: ts.Node): boolean {
  const api = typescript();
  if (!api.isCallExpression(node)) return false;
  const callee = strip(node.expression);
  if (api.isIdentifier(callee)) return makers.has(callee.text);
  return (
    api.isPropertyAccessExpression(callee) &&
    (callee.name.text === 'function' || makers.has(callee.name.text))
  );
}

/** The body that a call of `p.map` is given, whose parameters are references to an item. */
export function mapBodyOf(node: ts.Node, scope: ReferenceScope): ts.Node | undefined {
  if (!typescript().isCallExpression(node) || !isContextCall(node, scope, ['map'])) return undefined;
  const [, body] = node.arguments;
  return body && strip(body);
}

function isContextCall(call: ts.CallExpression, scope: ReferenceScope, methods: readonly string[]): boolean {
  const api = typescript();
  const callee = strip(call.expression);
  if (!api.isPropertyAccessExpression(callee) || !api.isIdentifier(callee.expression)) return false;
  return callee.expression.text === scope.context && methods.includes(callee.name.text);
}

/** `p.when(…).result` holds whatever the inner body returned; taken for a reference only through its properties. */
function isWhenResult(access: ts.PropertyAccessExpression, scope: ReferenceScope): boolean {
  const api = typescript();
  const inner = strip(access.expression);
  if (!api.isPropertyAccessExpression(inner) || inner.name.text !== 'result') return false;
  const call = strip(inner.expression);
  return api.isCallExpression(call) && isContextCall(call, scope, ['when']);
}

/** The expression inside parentheses, `await`, `as`, `satisfies` and `!`. */
export function strip(node: ts.Node): ts.Node {
  const api = typescript();
  let at = node;
  while (
    api.isParenthesizedExpression(at) ||
    api.isAwaitExpression(at) ||
    api.isAsExpression(at) ||
    api.isSatisfiesExpression(at) ||
    api.isNonNullExpression(at)
  )
    at = at.expression;
  return at;
}
