import type ts from 'typescript-ast';
import type { HandlerSpec, ParameterSpec, TypeSchema } from '../../functions/function-spec.ts';
import { literalValue } from '../../functions/literal-value.ts';
import {
  createCellScope,
  createSourceReader,
  nodeText,
  type SourceScope,
} from '../../functions/source-scope.ts';
import { typeSchema } from '../../functions/type-schema.ts';
import { noTypeArguments } from '../../functions/type-view.ts';
import { parseNotebook } from '../../notebooks/parse-notebook.ts';
import { readCells } from '../../notebooks/read-cells.ts';
import { typescript } from '../../notebooks/typescript.ts';

/** Name of the one handler that a notebook as a function has. */
export const notebookHandler = 'notebook';

export interface NotebookContract {
  readonly handler: HandlerSpec;
  /** Whether a cell is tagged `parameters`: then what it does not declare is no parameter. */
  readonly declared: boolean;
}

/**
 * What a notebook takes: the variables that its cell tagged `parameters` declares, with types and defaults as written there.
 * @param shown path of the notebook in the contract and in messages
 */
export function readContract(text: string, file: string, shown: string): NotebookContract {
  const { cells } = readCells(parseNotebook(text, shown), []);
  const tagged = parseNotebook(text, shown).cells.findIndex((cell) => cell.tags.includes('parameters'));
  const cell = cells[tagged];
  const scope = cell && createCellScope(cells, tagged, file, createSourceReader());
  const parameters =
    cell && scope ? cell.analysed.statements.flatMap(({ node }) => declaredParameters(node, scope)) : [];
  return {
    declared: cell !== undefined,
    handler: {
      name: notebookHandler,
      parameters,
      results: [],
      acceptsUnknown: true,
      source: { notebook: shown, cell: cell?.number ?? 1, line: 1 },
    },
  };
}

function declaredParameters(node: ts.Statement, scope: SourceScope): ParameterSpec[] {
  const api = typescript();
  if (!api.isVariableStatement(node)) return [];
  return node.declarationList.declarations.flatMap((declaration): ParameterSpec[] => {
    const { name, type, initializer } = declaration;
    if (!api.isIdentifier(name)) return [];
    const schema = type
      ? typeSchema({ node: type, scope, env: noTypeArguments })
      : initializer && inferredSchema(initializer, scope);
    const literal = initializer && literalValue(initializer, scope);
    const typeText = type ? nodeText(type) : (schema?.format ?? schema?.type);
    return [
      {
        name: name.text,
        role: 'param',
        required: initializer === undefined,
        ...(typeof typeText === 'string' ? { typeText } : {}),
        ...(schema ? { schema } : {}),
        ...(literal ? { default: literal.value } : {}),
        ...(initializer && !literal ? { defaultText: nodeText(initializer) } : {}),
      },
    ];
  });
}

/** What a default says about the type, as the kernel would infer it. */
function inferredSchema(initializer: ts.Expression, scope: SourceScope): TypeSchema | undefined {
  const api = typescript();
  if (api.isBigIntLiteral(initializer)) return { type: 'integer', format: 'bigint' };
  if (api.isNewExpression(initializer) && initializer.expression.getText() === 'Date')
    return { type: 'string', format: 'date-time' };
  const value = literalValue(initializer, scope)?.value;
  if (Array.isArray(value)) return { type: 'array' };
  if (value !== null && typeof value === 'object') return { type: 'object', additionalProperties: true };
  return ['number', 'string', 'boolean'].includes(typeof value) ? { type: typeof value } : undefined;
}
