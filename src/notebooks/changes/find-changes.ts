import type { CellSource } from '../read-cells.ts';
import type { Definition, NameIndex, Time } from '../resolve-name.ts';
import type { Access, Reference, Statement } from '../statement.ts';
import { aliasedNames } from './aliased-names.ts';
import { changedParameters } from './changed-parameters.ts';
import { changingMethods } from './changing-methods.ts';

/** A top-level name that a statement changes when it runs. */
export interface Change {
  readonly name: string;
  /** The cell that declares it, by position. */
  readonly owner: number;
  /** `assign`: the name gets another value; `change`: its value is changed inside. */
  readonly access: 'assign' | 'change';
  /** Where in the statement. */
  readonly position: number;
  /** The function that does it, where the statement only calls one. */
  readonly through?: string;
}

export interface ChangeFinder {
  /** What running the statement changes, directly or through the functions it calls. */
  of(cell: number, statement: Statement): readonly Change[];
}

interface Search {
  readonly index: NameIndex;
  readonly methods: ReadonlySet<string>;
}

/**
 * Finds what statements change: by assignments, by methods known to change their object or seen to do so in the notebook, by
 * loops over its elements, by functions of the notebook that get the value or that change it by themselves.
 */
export function createChangeFinder(cells: readonly CellSource[], index: NameIndex): ChangeFinder {
  const search: Search = { index, methods: changingMethods(cells) };
  const known = new Map<Statement, readonly Change[]>();
  return {
    of(cell, statement) {
      const found = known.get(statement) ?? changesOf(search, cell, statement);
      known.set(statement, found);
      return found;
    },
  };
}

function changesOf(search: Search, cell: number, statement: Statement): Change[] {
  return statement.references
    .filter((reference) => reference.eager)
    .flatMap((reference): Change[] => {
      const { position, name } = reference;
      const access = effectiveAccess(search, cell, reference, cell);
      const direct = ownersOf(search, cell, reference, access, cell);
      const isRun = reference.called || reference.given;
      const called = isRun ? search.index.resolve(cell, reference) : undefined;
      const through = called ? lateChanges(search, called, cell, new Set()) : [];
      return [
        ...direct.map((each) => ({ ...each, position })),
        ...through.map((each) => ({ ...each, position, through: name })),
      ];
    });
}

type Changed = Pick<Change, 'name' | 'owner' | 'access'>;

/** What a function changes when it is called at that time. */
function lateChanges(
  search: Search,
  { cell, statements }: Definition,
  time: Time,
  seen: Set<Statement>,
): Changed[] {
  return statements.flatMap((statement) => {
    if (seen.has(statement)) return [];
    seen.add(statement);
    return statement.references
      .filter((reference) => !reference.eager)
      .flatMap((reference) => {
        const access = effectiveAccess(search, cell, reference, time);
        const isRun = reference.called || reference.given;
        const callee = isRun ? search.index.resolve(cell, reference, time) : undefined;
        return [
          ...ownersOf(search, cell, reference, access, time),
          ...(callee ? lateChanges(search, callee, time, seen) : []),
        ];
      });
  });
}

function effectiveAccess(search: Search, cell: number, reference: Reference, time: Time): Access {
  const { access, method, argumentOf, eager } = reference;
  if (access !== 'read') return access;
  if (method !== undefined && search.methods.has(method)) return 'call-change';
  if (argumentOf === undefined) return 'read';
  const callee = search.index.resolve(cell, { name: argumentOf.callee, eager }, time);
  const changed = callee && changedParameters(search.index, callee, argumentOf.callee);
  return changed?.has(argumentOf.index) ? 'change' : 'read';
}

/** The name itself and, for changes inside its value, the names that this value is a part of. */
function ownersOf(
  search: Search,
  cell: number,
  reference: Pick<Reference, 'name' | 'eager'>,
  access: Access,
  time: Time,
  seen: ReadonlySet<string> = new Set(),
): Changed[] {
  if (access === 'read' || seen.has(reference.name)) return [];
  const definition = search.index.resolve(cell, reference, time);
  if (!definition) return [];
  const { name } = reference;
  const itself = {
    name,
    owner: definition.cell,
    access: access === 'assign' ? ('assign' as const) : ('change' as const),
  };
  if (access === 'assign') return [itself];
  const roots = definition.statements.flatMap((statement) => aliasedNames(statement, name));
  return [
    itself,
    ...roots.flatMap((root) =>
      ownersOf(search, definition.cell, { name: root, eager: true }, access, time, new Set([...seen, name])),
    ),
  ];
}
