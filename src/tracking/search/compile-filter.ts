import type { CompareOperator, Condition, Field, FieldTest, Literal } from './condition.ts';

/** A piece of SQL with its bound values, in the order of their question marks. User text is only ever a value. */
export interface Sql {
  readonly text: string;
  readonly values: readonly (string | number)[];
}

/** The columns of a run that attributes stand for. The names come from this table, never from the filter. */
export const attributeColumns: Readonly<Record<string, string>> = {
  uid: 'r.uid',
  name: 'r.name',
  project: 'r.project',
  state: 'r.state',
  kind: 'r.kind',
  runtime: 'r.runtime',
  function: 'r.function',
  handler: 'r.handler',
  createdAt: 'r.created_at',
  startedAt: 'r.started_at',
  endedAt: 'r.ended_at',
  parent: 'r.parent',
  iteration: 'r.iteration',
  step: 'r.step',
  duration: 'r.duration',
};

const numericAttributes: ReadonlySet<string> = new Set(['iteration', 'duration']);

/** The four columns that hold a search value. */
export interface ValueColumns {
  readonly num: string;
  readonly rest: string;
  readonly text: string;
  readonly type: string;
}

/** Columns (or constants) of an attribute's value in `runs r`. */
export function attributeValue(key: string): ValueColumns {
  const column = attributeColumns[key] ?? 'NULL';
  return numericAttributes.has(key)
    ? { num: column, rest: '0.0', text: 'NULL', type: "'number'" }
    : { num: 'NULL', rest: '0.0', text: column, type: "'string'" };
}

/**
 * A condition over `runs r` and the table `fields`: true, false or NULL (unknown), as in `matchesFilter`. SQLite and Postgres read
 * the same text; both must have the function `slipway_like(text, pattern, fold)`, see `matchLike`.
 */
export function compileCondition(condition: Condition): Sql {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return join(condition.items.map(compileCondition), condition.kind === 'and' ? ' AND ' : ' OR ');
    case 'not': {
      const item = compileCondition(condition.item);
      return { text: `(NOT ${item.text})`, values: item.values };
    }
    case 'null':
      return compileNull(condition.field, condition.negated);
    default:
      return ofField(condition.field, (columns) => compileTest(condition, columns));
  }
}

/** A balanced tree: SQLite limits the depth of an expression, and a chain is as deep as it is long. */
function join(parts: readonly Sql[], operator: ' AND ' | ' OR '): Sql {
  if (parts.length === 1) return parts[0] as Sql;
  const middle = parts.length >> 1;
  const left = join(parts.slice(0, middle), operator);
  const right = join(parts.slice(middle), operator);
  return { text: `(${left.text}${operator}${right.text})`, values: [...left.values, ...right.values] };
}

/** NULL where the field is absent, else the test. */
function ofField(field: Field, test: (columns: ValueColumns) => Sql): Sql {
  if (field.scope === 'attribute') {
    const inner = test(attributeValue(field.key));
    const column = attributeColumns[field.key] ?? 'NULL';
    return { text: `(CASE WHEN ${column} IS NULL THEN NULL ELSE ${inner.text} END)`, values: inner.values };
  }
  const inner = test({ num: 'f.num', rest: 'f.rest', text: 'f.text', type: 'f.type' });
  return {
    text: `(SELECT ${inner.text} FROM fields f WHERE f.run = r.id AND f.scope = ? AND f.key = ?)`,
    values: [...inner.values, field.scope, field.key],
  };
}

function compileNull(field: Field, negated: boolean): Sql {
  const not = negated ? 'NOT ' : '';
  if (field.scope === 'attribute')
    return { text: `(${attributeColumns[field.key] ?? 'NULL'} IS ${not}NULL)`, values: [] };
  const present =
    "SELECT 1 FROM fields f WHERE f.run = r.id AND f.scope = ? AND f.key = ? AND f.type <> 'null'";
  return { text: `(${negated ? '' : 'NOT '}EXISTS (${present}))`, values: [field.scope, field.key] };
}

function compileTest(test: FieldTest, columns: ValueColumns): Sql {
  switch (test.kind) {
    case 'compare':
      return compileCompare(columns, test.operator, test.literal);
    case 'in':
      return negate(
        join(
          test.literals.map((literal) => compileCompare(columns, '=', literal)),
          ' OR ',
        ),
        test.negated,
      );
    case 'like':
      return negate(
        {
          text: `coalesce(slipway_like(${columns.text}, ?, ?), FALSE)`,
          values: [closedPattern(test.pattern), test.ignoreCase ? 1 : 0],
        },
        test.negated,
      );
  }
}

/** A backslash at the very end stands for itself; Postgres takes that only written as two. */
function closedPattern(pattern: string): string {
  const [trailing = ''] = /\\*$/.exec(pattern) ?? [];
  return trailing.length % 2 === 1 ? `${pattern}\\` : pattern;
}

const negate = (sql: Sql, negated: boolean): Sql =>
  negated ? { text: `(NOT ${sql.text})`, values: sql.values } : sql;

function compileCompare(columns: ValueColumns, operator: CompareOperator, literal: Literal): Sql {
  if (operator === '!=') return negate(compileCompare(columns, '=', literal), true);
  switch (literal.type) {
    case 'number':
      return compileNumber(columns, operator, literal.num, literal.rest);
    case 'nan':
      return { text: `(${operator === '=' ? columns.type : "''"} = 'nan')`, values: [] };
    case 'string':
      return {
        text: `coalesce(${columns.text} ${operator} ?${operator === '=' ? '' : ` AND ${columns.type} = 'string'`}, FALSE)`,
        values: [literal.text],
      };
    case 'bool':
      return {
        text: `coalesce(${columns.type} = 'bool' AND ${columns.text} = ?, FALSE)`,
        values: [literal.text],
      };
    case 'null':
      return { text: `(${columns.type} = 'null')`, values: [] };
  }
}

function compileNumber(columns: ValueColumns, operator: CompareOperator, num: number, rest: number): Sql {
  if (operator === '=')
    return { text: `coalesce(${columns.num} = ? AND ${columns.rest} = ?, FALSE)`, values: [num, rest] };
  return {
    text: `coalesce((${columns.num}, ${columns.rest}) ${operator} (?, ?), FALSE)`,
    values: [num, rest],
  };
}
