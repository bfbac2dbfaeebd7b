import { createRequire } from 'node:module';
import type ts from 'typescript-ast';

/** The TypeScript compiler's API, 6.0 line. */
export type TypeScript = typeof ts;

let loaded: TypeScript | undefined;

/** Loads TypeScript on first use: it takes about 170 ms, and nothing needs it while packaged sources are unchanged. */
export function typescript(): TypeScript {
  loaded ??= createRequire(import.meta.url)('typescript-ast') as TypeScript;
  return loaded;
}

/** Parses one file or cell; nothing outside the text is looked at. */
export function parseSource(name: string, text: string): ts.SourceFile {
  const api = typescript();
  const options: ts.CreateSourceFileOptions = {
    languageVersion: api.ScriptTarget.ES2022,
    // else `await (f)()` in a cell without imports would be a call of a function named "await"
    setExternalModuleIndicator: (file) => {
      Object.assign(file, { externalModuleIndicator: true });
    },
  };
  return api.createSourceFile(name, text, options, true, scriptKind(api, name));
}

function scriptKind(api: TypeScript, name: string): ts.ScriptKind {
  if (/\.[cm]?js$/.test(name)) return api.ScriptKind.JS;
  return /\.[jt]sx$/.test(name) ? api.ScriptKind.TSX : api.ScriptKind.TS;
}

/** The first syntax error of a parsed file, if it has one. Positions count from 1. */
export function syntaxError(file: ts.SourceFile): SyntaxProblem | undefined {
  const diagnostics = (file as unknown as { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] })
    .parseDiagnostics;
  const first = diagnostics?.[0];
  if (first === undefined) return undefined;
  const { line, character } = file.getLineAndCharacterOfPosition(first.start);
  const message = typescript().flattenDiagnosticMessageText(first.messageText, ' ').replace(/\.$/, '');
  return { line: line + 1, column: character + 1, message };
}

export interface SyntaxProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}
