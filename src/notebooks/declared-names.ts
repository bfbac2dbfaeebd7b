import type ts from 'typescript-ast';
import { typescript } from './typescript.ts';

/** The names that a binding (`x`, `{ a, b: [c] }`) introduces. */
export function bindingNames(name: ts.BindingName): string[] {
  const api = typescript();
  if (api.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    api.isOmittedExpression(element) ? [] : bindingNames(element.name),
  );
}

export function listNames(list: ts.VariableDeclarationList): string[] {
  return list.declarations.flatMap((declaration) => bindingNames(declaration.name));
}

/** Value names that a statement declares in the block it stands in. Ambient (`declare`) ones are types only. */
export function declaredNames(statement: ts.Statement): string[] {
  const api = typescript();
  if (isAmbient(statement)) return [];
  if (api.isVariableStatement(statement)) return listNames(statement.declarationList);
  if (api.isFunctionDeclaration(statement))
    return statement.name ? [statement.name.text] : defaultName(statement);
  if (api.isClassDeclaration(statement))
    return statement.name ? [statement.name.text] : defaultName(statement);
  if (api.isEnumDeclaration(statement)) return [statement.name.text];
  if (api.isModuleDeclaration(statement)) return isInstantiated(statement) ? [statement.name.text] : [];
  if (api.isImportEqualsDeclaration(statement)) return statement.isTypeOnly ? [] : [statement.name.text];
  if (api.isExportAssignment(statement)) return ['default'];
  return hoistedVars(statement);
}

function defaultName(statement: ts.FunctionDeclaration | ts.ClassDeclaration): string[] {
  const api = typescript();
  return statement.modifiers?.some((modifier) => modifier.kind === api.SyntaxKind.DefaultKeyword)
    ? ['default']
    : [];
}

export function isAmbient(statement: ts.Statement): boolean {
  const api = typescript();
  return (
    api.canHaveModifiers(statement) &&
    (api.getModifiers(statement)?.some((modifier) => modifier.kind === api.SyntaxKind.DeclareKeyword) ??
      false)
  );
}

/** Whether a namespace holds anything that exists at run time. */
function isInstantiated(declaration: ts.ModuleDeclaration): boolean {
  const api = typescript();
  const body = declaration.body;
  if (body === undefined) return false;
  if (!api.isModuleBlock(body)) return true;
  return body.statements.some(
    (inner) => !api.isInterfaceDeclaration(inner) && !api.isTypeAliasDeclaration(inner) && !isAmbient(inner),
  );
}

/** `var` names declared anywhere inside a statement but in no function of it: they belong to the enclosing function or cell. */
export function hoistedVars(node: ts.Node): string[] {
  const api = typescript();
  const names: string[] = [];
  const visit = (inner: ts.Node): void => {
    if (api.isFunctionLike(inner) || api.isClassLike(inner) || api.isModuleDeclaration(inner)) return;
    if (api.isVariableDeclarationList(inner) && (inner.flags & api.NodeFlags.BlockScoped) === 0)
      names.push(...listNames(inner));
    api.forEachChild(inner, visit);
  };
  visit(node);
  return names;
}
