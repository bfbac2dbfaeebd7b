import { typescript } from '../notebooks/typescript.ts';
import { docText } from './doc-comment.ts';
import { handlerInvalid } from './errors.ts';
import type { FoundFunction } from './find-function.ts';
import type { HandlerSpec } from './function-spec.ts';
import { handlerParameters } from './handler-parameters.ts';
import { handlerResults } from './handler-results.ts';

/**
 * The contract of a handler, read from its signature and JSDoc.
 * @throws HANDLER_INVALID when the second argument cannot be an object of named values, or the function is a generator
 */
export function handlerSpec(
  name: string,
  found: FoundFunction,
  returns: Readonly<Record<string, string>> = {},
): HandlerSpec {
  refuseGenerator(name, found);
  const doc = docText(found.declaration);
  const { parameters, acceptsUnknown } = handlerParameters(name, found, doc);
  return {
    name,
    ...(doc.text === undefined ? {} : { doc: doc.text }),
    parameters,
    results: handlerResults(found, returns),
    ...(doc.returns === undefined ? {} : { returnsDoc: doc.returns }),
    acceptsUnknown,
    source: sourceOf(found),
  };
}

/** Calling a generator only makes an iterator: the run would complete without one line of the body. */
function refuseGenerator(name: string, found: FoundFunction): void {
  if (!found.node?.asteriskToken) return;
  throw handlerInvalid(`handler "${name}" is a generator: nothing would run its body`, {
    hint: 'write it as a plain or async function, and log what it yields',
    location: sourceOf(found),
  });
}

function sourceOf({ declaration, scope }: FoundFunction): NonNullable<HandlerSpec['source']> {
  const api = typescript();
  const file = declaration.getSourceFile();
  const owner = api.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const line = file.getLineAndCharacterOfPosition(owner.getStart(file)).line + 1;
  const { cell, file: path } = scope.place;
  return cell === undefined ? { file: path, line } : { notebook: path, cell, line };
}
