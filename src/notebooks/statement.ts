import type ts from 'typescript-ast';
import type { SyntaxProblem } from './typescript.ts';

/** How a statement uses a name. `change` is an assignment inside the value (`x.y = 1`), `call-change` a call such as `x.push(1)`. */
export type Access = 'read' | 'assign' | 'change' | 'call-change';

/** A use of a name that the statement does not declare inside itself. */
export interface Reference {
  readonly name: string;
  /** Used while the statement runs, not in a function that runs later. */
  readonly eager: boolean;
  readonly access: Access;
  /** It is what a call or `new` calls. */
  readonly called: boolean;
  /** It is an argument of a call, which may call it. */
  readonly given: boolean;
  /** Offset in the cell. */
  readonly position: number;
  /** `{ name }`: key and value in one. */
  readonly shorthand: boolean;
  /** Name of the method in `name.method(…)`, `name.a[0].method(…)`. */
  readonly method?: string;
  /** The value, or a part of it, is given to a function of this name, at this place. */
  readonly argumentOf?: { readonly callee: string; readonly index: number };
}

/** A name brought in by an import declaration. */
export interface ImportedName {
  readonly local: string;
  /** Name in the other module; `default`, or `*` for the whole module. */
  readonly imported: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** A top-level statement: the unit that is taken or left out. */
export interface Statement {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  /** From 1, in the cell. */
  readonly line: number;
  readonly kind: 'import' | 'declaration' | 'type' | 'export' | 'effect';
  /** Value names it declares. */
  readonly declares: readonly string[];
  /** Names it declares as `let` or `var`, which can be assigned again. */
  readonly assignable: readonly string[];
  readonly references: readonly Reference[];
  readonly imports: readonly ImportedName[];
  /** Names it already exports, as written. */
  readonly exports: readonly string[];
  readonly node: ts.Statement;
}

/** A parsed cell or file. */
export interface AnalysedSource {
  /** The text that the offsets refer to. */
  readonly text: string;
  readonly file: ts.SourceFile;
  readonly statements: readonly Statement[];
  readonly problem?: SyntaxProblem;
}
