import type ts from 'typescript-ast';
import { collectReferences } from './collect-references.ts';
import { bindingNames, declaredNames, hoistedVars } from './declared-names.ts';
import type { AnalysedSource, ImportedName, Statement } from './statement.ts';
import { parseSource, syntaxError, typescript } from './typescript.ts';

/** Parses a cell or file and tells of every top-level statement what it declares and what it uses. */
export function analyseSource(name: string, text: string): AnalysedSource {
  const file = parseSource(name, text);
  const problem = syntaxError(file);
  const statements = file.statements.map((node, index) => analyseStatement(node, index, file));
  return { text, file, statements, ...(problem === undefined ? {} : { problem }) };
}

function analyseStatement(node: ts.Statement, index: number, file: ts.SourceFile): Statement {
  const api = typescript();
  const imports = api.isImportDeclaration(node) ? importedNames(node) : [];
  const start = node.getStart(file);
  return {
    index,
    start,
    end: node.end,
    line: file.getLineAndCharacterOfPosition(start).line + 1,
    kind: statementKind(node),
    declares: [...imports.filter((name) => !name.typeOnly).map((name) => name.local), ...declaredNames(node)],
    assignable: assignableNames(node),
    references: collectReferences(node),
    imports,
    exports: exportedNames(node),
    node,
  };
}

function statementKind(node: ts.Statement): Statement['kind'] {
  const api = typescript();
  if (api.isImportDeclaration(node) || api.isImportEqualsDeclaration(node)) return 'import';
  if (api.isInterfaceDeclaration(node) || api.isTypeAliasDeclaration(node)) return 'type';
  if (api.isExportDeclaration(node)) return 'export';
  return declaredNames(node).length > 0 && !isBlockLike(node) ? 'declaration' : 'effect';
}

/** A loop or block that declares a `var` is run for its effects all the same. */
function isBlockLike(node: ts.Statement): boolean {
  const api = typescript();
  return !(
    api.isVariableStatement(node) ||
    api.isFunctionDeclaration(node) ||
    api.isClassDeclaration(node) ||
    api.isEnumDeclaration(node) ||
    api.isModuleDeclaration(node) ||
    api.isExportAssignment(node)
  );
}

function assignableNames(node: ts.Statement): string[] {
  const api = typescript();
  if (!api.isVariableStatement(node)) return hoistedVars(node);
  if ((node.declarationList.flags & api.NodeFlags.Const) !== 0) return [];
  return node.declarationList.declarations.flatMap((declaration) => bindingNames(declaration.name));
}

function importedNames(node: ts.ImportDeclaration): ImportedName[] {
  const api = typescript();
  const clause = node.importClause;
  if (!clause || !api.isStringLiteral(node.moduleSpecifier)) return [];
  const specifier = node.moduleSpecifier.text;
  const typeOnly = clause.phaseModifier === api.SyntaxKind.TypeKeyword;
  const names: ImportedName[] = [];
  if (clause.name) names.push({ local: clause.name.text, imported: 'default', specifier, typeOnly });
  const bindings = clause.namedBindings;
  if (bindings && api.isNamespaceImport(bindings))
    names.push({ local: bindings.name.text, imported: '*', specifier, typeOnly });
  if (bindings && api.isNamedImports(bindings))
    for (const element of bindings.elements)
      names.push({
        local: element.name.text,
        imported: (element.propertyName ?? element.name).text,
        specifier,
        typeOnly: typeOnly || element.isTypeOnly,
      });
  return names;
}

function exportedNames(node: ts.Statement): string[] {
  const api = typescript();
  if (api.isExportAssignment(node)) return ['default'];
  const modifiers = api.canHaveModifiers(node) ? (api.getModifiers(node) ?? []) : [];
  if (!modifiers.some((modifier) => modifier.kind === api.SyntaxKind.ExportKeyword)) return [];
  const isDefault = modifiers.some((modifier) => modifier.kind === api.SyntaxKind.DefaultKeyword);
  return isDefault ? ['default'] : declaredNames(node);
}
