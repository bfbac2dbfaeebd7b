import type ts from 'typescript-ast';
import { bindingNames } from '../notebooks/declared-names.ts';
import { typescript } from '../notebooks/typescript.ts';
import type { PackageName } from './source-scope.ts';

/** Top-level names of one file or cell: types and values together, as the signature may mean either. */
export interface Declarations {
  readonly names: ReadonlyMap<string, readonly ts.Node[]>;
  readonly imports: ReadonlyMap<string, PackageName>;
  /** Modules of `export * from`. */
  readonly starExports: readonly string[];
}

export function declarationsOf(source: ts.SourceFile): Declarations {
  const names = new Map<string, ts.Node[]>();
  const imports = new Map<string, PackageName>();
  const starExports: string[] = [];
  const add = (name: string, node: ts.Node): void => {
    names.set(name, [...(names.get(name) ?? []), node]);
  };
  const api = typescript();
  for (const statement of source.statements) {
    if (api.isImportDeclaration(statement)) addImports(statement, imports);
    else if (api.isExportDeclaration(statement)) addExports(statement, names, imports, starExports);
    else if (api.isExportAssignment(statement)) add('default', statement);
    else if (api.isVariableStatement(statement)) {
      for (const declaration of statement.declarationList.declarations)
        for (const name of bindingNames(declaration.name)) add(name, declaration);
    } else if (isNamed(statement)) {
      if (statement.name) add(statement.name.text, statement);
      const flags = api.getCombinedModifierFlags(statement);
      if ((flags & api.ModifierFlags.Default) !== 0) add('default', statement);
    }
  }
  return { names, imports, starExports };
}

type NamedStatement =
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.EnumDeclaration;

function isNamed(statement: ts.Statement): statement is NamedStatement {
  const api = typescript();
  return (
    api.isFunctionDeclaration(statement) ||
    api.isClassDeclaration(statement) ||
    api.isInterfaceDeclaration(statement) ||
    api.isTypeAliasDeclaration(statement) ||
    api.isEnumDeclaration(statement)
  );
}

function addImports(node: ts.ImportDeclaration, imports: Map<string, PackageName>): void {
  const api = typescript();
  const clause = node.importClause;
  if (!clause || !api.isStringLiteral(node.moduleSpecifier)) return;
  const specifier = node.moduleSpecifier.text;
  if (clause.name) imports.set(clause.name.text, { specifier, imported: 'default' });
  const bindings = clause.namedBindings;
  if (bindings && api.isNamespaceImport(bindings))
    imports.set(bindings.name.text, { specifier, imported: '*' });
  if (bindings && api.isNamedImports(bindings))
    for (const element of bindings.elements)
      imports.set(element.name.text, { specifier, imported: (element.propertyName ?? element.name).text });
}

function addExports(
  node: ts.ExportDeclaration,
  names: Map<string, ts.Node[]>,
  imports: Map<string, PackageName>,
  starExports: string[],
): void {
  const api = typescript();
  const from =
    node.moduleSpecifier && api.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : undefined;
  if (!node.exportClause) {
    if (from !== undefined) starExports.push(from);
    return;
  }
  if (!api.isNamedExports(node.exportClause)) return;
  for (const element of node.exportClause.elements) {
    const original = (element.propertyName ?? element.name).text;
    if (from !== undefined) imports.set(element.name.text, { specifier: from, imported: original });
    else if (original !== element.name.text) names.set(element.name.text, [element]);
  }
}
