import type ts from 'typescript-ast';
import { analyseSource } from '../../analyse-source.ts';
import type { CellSource } from '../../read-cells.ts';
import { typescript } from '../../typescript.ts';
import { numberedCells } from '../execute-notebook.ts';
import { type NotebookFile, tagsOf } from '../notebook-file.ts';

/** Something that is wrong, or odd, in a notebook. Lines and columns count from 1, in the cell. */
export interface NotebookProblem {
  readonly severity: 'error' | 'warning';
  /** Stable name of the rule. */
  readonly rule: 'type' | 'order' | 'redeclaration' | 'unused-import' | 'handler' | 'kernel' | 'reference';
  readonly message: string;
  readonly cell: number;
  readonly line: number;
  readonly column: number;
}

/** A cell that the kernel would run, parsed. */
export interface CheckedCell extends CellSource {
  /** Names of types that it declares, classes and enums included. */
  readonly types: ReadonlySet<string>;
  /** Names of namespaces that it declares. */
  readonly namespaces: readonly string[];
  /** Every identifier outside of imports, with its first offset. */
  readonly identifiers: ReadonlyMap<string, number>;
}

/** Cells in other languages, and those that are tagged to be skipped or to fail, are no part of a check. */
export function checkedCells(notebook: NotebookFile): readonly CheckedCell[] {
  const left = ['skip-execution', 'raises-exception', 'injected-parameters'];
  return numberedCells(notebook.cells).flatMap(({ cell, number }) => {
    const vscode = cell.metadata.vscode as { languageId?: unknown } | undefined;
    const isOther = typeof vscode?.languageId === 'string' && !/^(type|java)script$/.test(vscode.languageId);
    if (isOther || tagsOf(cell).some((tag) => left.includes(tag))) return [];
    const analysed = analyseSource(`cell-${number}.ts`, cell.source);
    const moduleName = /^\s*\/\*\*[\s\S]*?@module\s+([\w./-]+)[\s\S]*?\*\//.exec(cell.source)?.[1];
    return [
      {
        number,
        id: cell.id,
        original: cell.source,
        analysed,
        forced: false,
        types: declaredTypes(analysed.file),
        namespaces: analysed.file.statements.flatMap(namespaceName),
        identifiers: collectIdentifiers(analysed.file),
        ...(moduleName === undefined ? {} : { moduleName }),
      },
    ];
  });
}

function namespaceName(node: ts.Statement): string[] {
  return typescript().isModuleDeclaration(node) ? [node.name.text] : [];
}

function declaredTypes(file: ts.SourceFile): ReadonlySet<string> {
  const api = typescript();
  const names = file.statements.flatMap((node) => {
    if (api.isImportDeclaration(node)) return importedTypes(node);
    const isType =
      api.isInterfaceDeclaration(node) ||
      api.isTypeAliasDeclaration(node) ||
      api.isClassDeclaration(node) ||
      api.isEnumDeclaration(node) ||
      api.isModuleDeclaration(node);
    return isType && node.name ? [node.name.text] : [];
  });
  return new Set(names);
}

function importedTypes(node: ts.ImportDeclaration): string[] {
  const api = typescript();
  const bindings = node.importClause?.namedBindings;
  const named =
    bindings && api.isNamedImports(bindings) ? bindings.elements.map((each) => each.name.text) : [];
  return [...named, ...(node.importClause?.name ? [node.importClause.name.text] : [])];
}

function collectIdentifiers(file: ts.SourceFile): ReadonlyMap<string, number> {
  const api = typescript();
  const found = new Map<string, number>();
  const visit = (node: ts.Node): void => {
    if (api.isImportDeclaration(node)) return;
    const isMember =
      (api.isPropertyAccessExpression(node.parent) && node.parent.name === node) ||
      (api.isPropertyAssignment(node.parent) && node.parent.name === node);
    if (api.isIdentifier(node) && !isMember && !found.has(node.text))
      found.set(node.text, node.getStart(file));
    node.forEachChild(visit);
  };
  file.forEachChild(visit);
  return found;
}

/** Place of an offset in a cell. */
export function placeAt(
  cell: CheckedCell,
  offset: number,
): Pick<NotebookProblem, 'cell' | 'line' | 'column'> {
  const { line, character } = cell.analysed.file.getLineAndCharacterOfPosition(offset);
  return { cell: cell.number, line: line + 1, column: character + 1 };
}
