import type ts from 'typescript-ast';
import type { Statement } from '../statement.ts';
import { typescript } from '../typescript.ts';
import type { TextEdit } from './edit-text.ts';

/** What goes before and after an assignment. */
export interface Enclosure {
  readonly open: TextEdit;
  readonly close: TextEdit;
}

/**
 * Edits after which the slot of a name follows every assignment that its own cell makes: `n += 1` becomes
 * `after$n(n += 1, n)`.
 */
export function followAssignments(statement: Statement, name: string): Enclosure[] {
  return statement.references
    .filter((reference) => reference.name === name && reference.access === 'assign')
    .flatMap(({ position }) => {
      const node = nodeAt(statement.node, position);
      const assignment = node && assignmentAround(node);
      return assignment === undefined || isLoop(assignment) ? [] : [followOne(assignment, name)];
    });
}

/** Names that loops of a statement assign: `for (x of list)`. */
export function namesOfLoops(statement: Statement): string[] {
  return statement.references
    .filter(({ access, position }) => {
      const node = access === 'assign' ? nodeAt(statement.node, position) : undefined;
      return node !== undefined && isLoop(assignmentAround(node));
    })
    .map(({ name }) => name);
}

/** `for (x of list)`: the kernel gives other cells nothing of what a loop assigns, so a package must not either. */
function isLoop(assignment: ts.Node): boolean {
  const api = typescript();
  return api.isForOfStatement(assignment) || api.isForInStatement(assignment);
}

function followOne(assignment: ts.Node, name: string): Enclosure {
  const file = assignment.getSourceFile();
  return {
    open: { at: assignment.getStart(file), text: `after$${name}(` },
    close: { at: assignment.end, text: `,${name})` },
  };
}

/** The expression or loop that assigns the identifier, patterns around it included. */
function assignmentAround(identifier: ts.Node): ts.Node {
  const api = typescript();
  let node = identifier;
  while (node.parent) {
    const { parent } = node;
    if (api.isPrefixUnaryExpression(parent) || api.isPostfixUnaryExpression(parent)) return parent;
    if (api.isForOfStatement(parent) || api.isForInStatement(parent)) return parent;
    const isDefault = api.isArrayLiteralExpression(parent.parent) || api.isPropertyAssignment(parent.parent);
    if (api.isBinaryExpression(parent) && !(isDefault && isInPattern(parent))) return parent;
    node = parent;
  }
  return identifier;
}

/** `[a = 1] = list`: the inner assignment is a default. */
function isInPattern(node: ts.Node): boolean {
  const api = typescript();
  for (let at = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (api.isBinaryExpression(parent)) {
      if (parent.left === at && parent.operatorToken.kind === api.SyntaxKind.EqualsToken) return true;
    } else if (
      !(
        api.isArrayLiteralExpression(parent) ||
        api.isObjectLiteralExpression(parent) ||
        api.isPropertyAssignment(parent) ||
        api.isSpreadElement(parent)
      )
    )
      return (api.isForOfStatement(parent) || api.isForInStatement(parent)) && parent.initializer === at;
  }
  return false;
}

function nodeAt(node: ts.Node, position: number): ts.Node | undefined {
  const api = typescript();
  if (position < node.pos || position >= node.end) return undefined;
  if (api.isIdentifier(node)) return node.getStart() === position ? node : undefined;
  return api.forEachChild(node, (child) => nodeAt(child, position));
}
