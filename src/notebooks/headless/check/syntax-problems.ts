import { statSync } from 'node:fs';
import path from 'node:path';
import type ts from 'typescript-ast';
import { typescript } from '../../typescript.ts';
import { type CheckedCell, type NotebookProblem, placeAt } from './checked-cell.ts';

/** Syntax that tslab's compiler (TypeScript 5.0) or its way to run cells refuses. */
export function syntaxProblems(cell: CheckedCell): readonly NotebookProblem[] {
  const api = typescript();
  const { file } = cell.analysed;
  const found: NotebookProblem[] = [];
  const visit = (node: ts.Node): void => {
    const message = refusal(node);
    if (message !== undefined)
      found.push({ severity: 'error', rule: 'kernel', message, ...placeAt(cell, node.getStart(file)) });
    api.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function refusal(node: ts.Node): string | undefined {
  const api = typescript();
  if (api.isMetaProperty(node) && node.keywordToken === api.SyntaxKind.ImportKeyword)
    return 'tslab has no "import.meta" in cells; paths start from the notebook’s folder there';
  if (api.isImportEqualsDeclaration(node))
    return `tslab refuses "import ${node.name.text} = …"; write import * as ${node.name.text} from '…'`;
  if (api.isImportDeclaration(node)) return refusedImport(node);
  if (api.isVariableDeclarationList(node) && isUsing(node))
    return 'tslab does not know "using" (its TypeScript is 5.0); dispose of the value yourself';
  if (api.isVariableStatement(node) && api.isSourceFile(node.parent)) return privateClass(node);
  return undefined;
}

function isUsing(list: ts.VariableDeclarationList): boolean {
  const api = typescript();
  const kind = list.flags & api.NodeFlags.BlockScoped;
  return kind === api.NodeFlags.Using || kind === api.NodeFlags.AwaitUsing;
}

function refusedImport(node: ts.ImportDeclaration): string | undefined {
  const api = typescript();
  if (!api.isStringLiteral(node.moduleSpecifier)) return undefined;
  const specifier = node.moduleSpecifier.text;
  if (node.attributes)
    return `tslab does not know import attributes ("with"); write import … from '${specifier}' alone`;
  if (/^\.{1,2}\/.*\.[cm]?ts$/.test(specifier) && !specifier.endsWith('.d.ts'))
    return `tslab refuses '${specifier}'; write '${specifier.replace(/\.([cm]?)ts$/, (_, kind) => (kind ? `.${kind}js` : ''))}'`;
  return undefined;
}

/** Every variable of a cell is exported, and what is exported may not have private members in its type. */
function privateClass({ declarationList }: ts.VariableStatement): string | undefined {
  const api = typescript();
  for (const { name, initializer } of declarationList.declarations) {
    if (!initializer || !api.isClassExpression(initializer)) continue;
    const hidden = initializer.members.some((member) =>
      api.canHaveModifiers(member)
        ? api
            .getModifiers(member)
            ?.some(
              ({ kind }) =>
                kind === api.SyntaxKind.PrivateKeyword || kind === api.SyntaxKind.ProtectedKeyword,
            )
        : false,
    );
    if (hidden)
      return `tslab refuses private members in a class that is a value; write class ${name.getText()} { … }, or #names`;
  }
  return undefined;
}

/** `./lib` that means `lib/index.ts`: it type-checks in tslab, and is not found when the cell runs. */
export function folderImports(cell: CheckedCell, directory: string): readonly NotebookProblem[] {
  return cell.analysed.statements.flatMap((statement): NotebookProblem[] => {
    const specifier = statement.imports.find((each) => !each.typeOnly)?.specifier;
    if (specifier === undefined || !/^\.{1,2}(?:\/|$)/.test(specifier)) return [];
    const base = path.resolve(directory, specifier);
    const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
    if (['', '.ts', '.tsx', '.js', '.json', '.d.ts'].some((ending) => isFile(base + ending))) return [];
    if (!['index.ts', 'index.tsx'].some((name) => isFile(path.join(base, name)))) return [];
    const message = `tslab does not find '${specifier}' when the cell runs: it is a folder; write '${specifier.replace(/\/$/, '')}/index'`;
    return [{ severity: 'error', rule: 'kernel', message, ...placeAt(cell, statement.start) }];
  });
}
