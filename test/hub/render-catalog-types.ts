import { readFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript-ast';
import { type InstalledHubItem, listHub } from '../../src/hub/list-hub.ts';

const head = `// Written from the signatures in catalog/*/function.ts by: npx vitest run test/hub -u
import type { Dataset, Model } from '../data/artifact.ts';
import type { DataItem } from '../data/data-item.ts';

/** Arguments and results of the functions that come with the hub, by reference. */
export interface HubFunctions {
`;

/** The text of src/hub/catalog-types.ts as it should be. */
export async function renderCatalogTypes(): Promise<string> {
  const entries = await Promise.all((await listHub()).map(renderItem));
  return `${head}${entries.join('')}}\n`;
}

async function renderItem(item: InstalledHubItem): Promise<string> {
  const file = path.join(item.directory, 'function.ts');
  const source = ts.createSourceFile(file, await readFile(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const handler = source.statements.find(
    (statement) => ts.isFunctionDeclaration(statement) && statement.name?.text === item.handler,
  ) as ts.FunctionDeclaration;
  const args = handler.parameters[1]?.type;
  const promise = handler.type as ts.TypeReferenceNode;
  return [
    `  /** ${item.description} */`,
    `  readonly 'hub://${item.name}': {`,
    '    readonly args: {',
    ...members(args, docsOf(handler)),
    '    };',
    '    readonly results: {',
    ...members(promise.typeArguments?.[0], new Map()),
    '    };',
    '  };\n',
  ].join('\n');
}

function members(type: ts.TypeNode | undefined, docs: ReadonlyMap<string, string>): string[] {
  if (!type || !ts.isTypeLiteralNode(type))
    throw new Error('a hub function writes its arguments and results into its signature');
  return type.members.flatMap((member) => {
    const doc = docs.get((member.name as ts.Identifier).text);
    return [...(doc ? [`      /** ${doc} */`] : []), `      ${member.getText().replace(/[;,]$/, '')};`];
  });
}

function docsOf(handler: ts.FunctionDeclaration): Map<string, string> {
  const tags = ts.getJSDocTags(handler).filter(ts.isJSDocParameterTag);
  return new Map(
    tags.map((tag) => [tag.name.getText(), ts.getTextOfJSDocComment(tag.comment)?.trim() ?? '']),
  );
}
