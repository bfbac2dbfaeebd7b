import { createChangeFinder } from '../changes/find-changes.ts';
import { type PassedOverChange, sortChanges, type TakenChange } from '../changes/sort-changes.ts';
import { type CellSource, isForced } from '../read-cells.ts';
import type { Definition, NameIndex, Time } from '../resolve-name.ts';
import type { Reference, Statement } from '../statement.ts';
import { readKey } from './read-times.ts';

/** A name that one cell takes from another. Cells are positions in the list. */
export interface Link {
  readonly from: number;
  readonly name: string;
  readonly to: number;
  readonly reference: Reference;
  readonly statement: Statement;
}

/** What a handler needs: statements by cell, and the names that cross cells. */
export interface Closure {
  readonly needed: ReadonlyMap<number, ReadonlySet<Statement>>;
  readonly links: readonly Link[];
  /** Free names that no cell declares. */
  readonly unresolved: readonly Omit<Link, 'to'>[];
  /** Statements that are needed because they change what another cell declares. */
  readonly changes: readonly TakenChange[];
  /** Statements that change needed values and are not taken all the same. */
  readonly passedOver: readonly PassedOverChange[];
}

/**
 * Everything that can be reached from the seeds and from what tags and markers force in, and every statement that changes what is
 * reached. A function's body binds its names when it runs: after all cells, or while the cell runs that calls it.
 */
export function closeOver(
  cells: readonly CellSource[],
  index: NameIndex,
  seeds: readonly Definition[],
): Closure {
  const walk = new ClosureWalk(index);
  const finder = createChangeFinder(cells, index);
  for (const seed of seeds) walk.need(seed.cell, seed.statements, Number.POSITIVE_INFINITY);
  for (const [position, statements] of forcedStatements(cells))
    walk.need(position, statements, Number.POSITIVE_INFINITY);
  for (;;) {
    walk.follow();
    const changes = sortChanges({ cells, index, seeds, needed: walk.needed, reads: walk.reads, finder });
    const fresh = changes.taken.filter(({ cell, statement }) => !walk.needed.get(cell)?.has(statement));
    if (fresh.length === 0)
      return {
        needed: walk.needed,
        links: [...walk.links.values()],
        unresolved: walk.unresolved,
        changes: changes.taken,
        passedOver: changes.passedOver,
      };
    for (const { cell, statement } of fresh) walk.need(cell, [statement], cell);
  }
}

class ClosureWalk {
  readonly needed: Map<number, Set<Statement>> = new Map();
  readonly links: Map<string, Link> = new Map();
  readonly unresolved: Omit<Link, 'to'>[] = [];
  readonly reads: { readonly name: Map<string, Time>; readonly value: Map<string, Time> } = {
    name: new Map(),
    value: new Map(),
  };
  readonly #index: NameIndex;
  readonly #times: Map<Statement, Set<Time>> = new Map();
  readonly #queue: { readonly cell: number; readonly statement: Statement; readonly time: Time }[] = [];
  readonly #numbers: Map<Statement, number> = new Map();

  constructor(index: NameIndex) {
    this.#index = index;
  }

  need(cell: number, statements: readonly Statement[], at: Time): void {
    const time = this.#lastLike(at);
    const known = this.needed.get(cell) ?? new Set();
    this.needed.set(cell, known);
    for (const statement of statements) {
      known.add(statement);
      const times = this.#times.get(statement) ?? new Set();
      this.#times.set(statement, times);
      if (times.has(time)) continue;
      times.add(time);
      this.#queue.push({ cell, statement, time });
    }
  }

  follow(): void {
    for (let next = this.#queue.pop(); next; next = this.#queue.pop())
      for (const reference of next.statement.references)
        this.#followOne(next.cell, next.statement, reference, next.time);
  }

  #followOne(from: number, statement: Statement, reference: Reference, time: Time): void {
    const { name, eager } = reference;
    const definition = this.#index.resolve(from, reference, time);
    const link = { from, name, reference, statement };
    if (definition === undefined) {
      this.unresolved.push(link);
      return;
    }
    const { cell: to, statements } = definition;
    const key = readKey(to, name);
    raise(this.reads.name, key, eager ? from : time);
    raise(this.reads.value, key, time);
    // what is read at once may be called at once, and lives on in what it is read for
    if (eager) this.need(to, statements, from);
    this.need(to, statements, time);
    if (to !== from)
      this.links.set(`${this.#numberOf(statement)} ${reference.position} ${to}`, { ...link, to });
  }

  #numberOf(statement: Statement): number {
    const number = this.#numbers.get(statement) ?? this.#numbers.size;
    this.#numbers.set(statement, number);
    return number;
  }

  /** The last time at which all names mean the same as at this one: keeps the walk short. */
  #lastLike(time: Time): Time {
    const turn = this.#index.turns.find((each) => each > time);
    return turn === undefined ? Number.POSITIVE_INFINITY : turn - 1;
  }
}

function raise(times: Map<string, Time>, key: string, time: Time): void {
  times.set(key, Math.max(time, times.get(key) ?? time));
}

function forcedStatements(cells: readonly CellSource[]): [number, Statement[]][] {
  return cells.flatMap((cell, position): [number, Statement[]][] => {
    if (cell.excluded !== undefined || cell.moduleName !== undefined) return [];
    const forced = cell.analysed.statements.filter((statement) => isForced(cell, statement));
    return forced.length > 0 ? [[position, forced]] : [];
  });
}
