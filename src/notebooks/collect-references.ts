import type ts from 'typescript-ast';
import { accessOf, argumentPlace, calledMethod } from './access.ts';
import {
  isCalled,
  isFunctionLiteral,
  isGiven,
  runsArgumentsAtOnce,
  unwrapExpression,
} from './call-expression.ts';
import { functionNames, Scope, scopeNames } from './reference-scope.ts';
import type { Reference } from './statement.ts';
import { typescript } from './typescript.ts';

/**
 * The value names that a top-level statement uses and does not declare inside itself. Types, property names, object keys
 * and labels are no uses; a shorthand property is.
 */
export function collectReferences(statement: ts.Statement): Reference[] {
  const collector = new ReferenceCollector();
  collector.visit(statement, new Scope([]), true);
  return collector.found;
}

/** Walks a statement with the names in scope and whether the code runs with the statement (`eager`) or later. */
class ReferenceCollector {
  readonly found: Reference[] = [];
  readonly #api = typescript();

  visit(node: ts.Node, scope: Scope, eager: boolean): void {
    const api = this.#api;
    if (this.#isTypeOnly(node) || api.isBreakOrContinueStatement(node) || api.isMetaProperty(node)) return;
    if (api.isIdentifier(node)) this.#add(node, scope, eager);
    else if (api.isFunctionLike(node)) {
      if ('name' in node) this.#visitName(node.name, scope, eager);
      this.#visitFunction(node, scope, false);
    } else if (api.isClassLike(node)) this.#visitClass(node, scope, eager);
    else if (api.isCallExpression(node) || api.isNewExpression(node)) this.#visitCall(node, scope, eager);
    else if (api.isVariableDeclaration(node)) {
      this.#visitBinding(node.name, scope, eager);
      this.#visitAll([node.initializer], scope, eager);
    } else if (!this.#visitNamed(node, scope, eager)) {
      const names = scopeNames(node);
      const inner = names === undefined ? scope : new Scope(names, scope);
      api.forEachChild(node, (child) => this.visit(child, inner, eager));
    }
  }

  /** Nodes whose name is no use of a variable. */
  #visitNamed(node: ts.Node, scope: Scope, eager: boolean): boolean {
    const api = this.#api;
    if (api.isPropertyAccessExpression(node)) this.visit(node.expression, scope, eager);
    else if (api.isShorthandPropertyAssignment(node)) {
      this.#add(node.name, scope, eager, true);
      this.#visitAll([node.objectAssignmentInitializer], scope, eager);
    } else if (api.isPropertyAssignment(node)) {
      this.#visitName(node.name, scope, eager);
      this.visit(node.initializer, scope, eager);
    } else if (api.isEnumMember(node)) this.#visitAll([node.initializer], scope, eager);
    else if (api.isModuleDeclaration(node))
      this.#visitAll([node.body], new Scope([node.name.text], scope), eager);
    else if (api.isLabeledStatement(node)) this.visit(node.statement, scope, eager);
    else return false;
    return true;
  }

  #add(identifier: ts.Identifier, scope: Scope, eager: boolean, shorthand = false): void {
    if (identifier.text === '' || scope.has(identifier.text)) return;
    const method = calledMethod(identifier);
    const argumentOf = argumentPlace(identifier);
    this.found.push({
      name: identifier.text,
      eager,
      access: accessOf(identifier),
      called: isCalled(identifier),
      given: isGiven(identifier),
      position: identifier.getStart(),
      shorthand,
      ...(method === undefined ? {} : { method }),
      ...(argumentOf === undefined ? {} : { argumentOf }),
    });
  }

  #visitAll(nodes: Iterable<ts.Node | undefined>, scope: Scope, eager: boolean): void {
    for (const node of nodes) if (node) this.visit(node, scope, eager);
  }

  #visitDecorators(node: ts.Node, scope: Scope, eager: boolean): void {
    if (this.#api.canHaveDecorators(node)) this.#visitAll(this.#api.getDecorators(node) ?? [], scope, eager);
  }

  #visitName(name: ts.Node | undefined, scope: Scope, eager: boolean): void {
    if (name && this.#api.isComputedPropertyName(name)) this.visit(name.expression, scope, eager);
  }

  #visitFunction(node: ts.SignatureDeclaration, scope: Scope, eager: boolean): void {
    const inner = new Scope(functionNames(node), scope);
    for (const parameter of node.parameters) {
      this.#visitDecorators(parameter, scope, true);
      this.#visitBinding(parameter.name, inner, eager);
      this.#visitAll([parameter.initializer], inner, eager);
    }
    const body = 'body' in node ? (node.body as ts.Node | undefined) : undefined;
    if (body === undefined) return;
    if (this.#api.isBlock(body)) this.#visitAll(body.statements, inner, eager);
    else this.visit(body, inner, eager);
  }

  #visitBinding(name: ts.BindingName, scope: Scope, eager: boolean): void {
    if (this.#api.isIdentifier(name)) return;
    for (const element of name.elements) {
      if (this.#api.isOmittedExpression(element)) continue;
      this.#visitName(element.propertyName, scope, eager);
      this.#visitBinding(element.name, scope, eager);
      this.#visitAll([element.initializer], scope, eager);
    }
  }

  #visitClass(node: ts.ClassLikeDeclaration, outer: Scope, eager: boolean): void {
    const scope = new Scope(node.name ? [node.name.text] : [], outer);
    this.#visitDecorators(node, outer, eager);
    for (const clause of node.heritageClauses ?? [])
      if (clause.token === this.#api.SyntaxKind.ExtendsKeyword)
        for (const type of clause.types) this.visit(type.expression, scope, eager);
    for (const member of node.members) this.#visitMember(member, scope, eager);
  }

  /** Methods and instance fields run later; static fields, static blocks and computed names with the class. */
  #visitMember(member: ts.ClassElement, scope: Scope, eager: boolean): void {
    const api = this.#api;
    this.#visitDecorators(member, scope, eager);
    this.#visitName(member.name, scope, eager);
    if (api.isClassStaticBlockDeclaration(member)) this.visit(member.body, scope, eager);
    else if (api.isPropertyDeclaration(member)) {
      const isStatic = member.modifiers?.some((each) => each.kind === api.SyntaxKind.StaticKeyword) ?? false;
      this.#visitAll([member.initializer], scope, eager && isStatic);
    } else if (api.isFunctionLike(member)) this.#visitFunction(member, scope, false);
  }

  #visitCall(node: ts.CallExpression | ts.NewExpression, scope: Scope, eager: boolean): void {
    const callee = unwrapExpression(node.expression);
    if (isFunctionLiteral(callee)) this.#visitFunction(callee, scope, eager);
    else this.visit(node.expression, scope, eager);
    const atOnce = eager && runsArgumentsAtOnce(node);
    for (const argument of node.arguments ?? []) {
      const literal = unwrapExpression(argument);
      if (atOnce && isFunctionLiteral(literal)) this.#visitFunction(literal, scope, true);
      else this.visit(argument, scope, eager);
    }
  }

  #isTypeOnly(node: ts.Node): boolean {
    const api = this.#api;
    return (
      (api.isTypeNode(node) && !api.isExpressionWithTypeArguments(node)) ||
      api.isInterfaceDeclaration(node) ||
      api.isTypeAliasDeclaration(node) ||
      api.isImportDeclaration(node) ||
      api.isExportDeclaration(node) ||
      api.isTypeParameterDeclaration(node)
    );
  }
}
