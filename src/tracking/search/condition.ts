/** What a filter asks about: a key within one of the run's maps, or a property of the run itself. */
export interface Field {
  readonly scope: FieldScope;
  readonly key: string;
}

export type FieldScope = 'metrics' | 'params' | 'labels' | 'results' | 'inputs' | 'metadata' | 'attribute';

/** A number as the search language compares it: the nearest double, and what an exact integer has beyond it. */
export interface SearchNumber {
  readonly num: number;
  readonly rest: number;
}

export type Literal =
  | ({ readonly type: 'number' } & SearchNumber)
  | { readonly type: 'nan' }
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'bool'; readonly text: 'true' | 'false' }
  | { readonly type: 'null' };

export type CompareOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** A test of one field. On an absent field it is neither true nor false, and stays so under `not`. */
export type FieldTest =
  | {
      readonly kind: 'compare';
      readonly field: Field;
      readonly operator: CompareOperator;
      readonly literal: Literal;
    }
  | {
      readonly kind: 'in';
      readonly field: Field;
      readonly literals: readonly Literal[];
      readonly negated: boolean;
    }
  | {
      readonly kind: 'like';
      readonly field: Field;
      readonly pattern: string;
      readonly ignoreCase: boolean;
      readonly negated: boolean;
    };

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly items: readonly Condition[] }
  | { readonly kind: 'not'; readonly item: Condition }
  /** The one test that an absent field can pass. */
  | { readonly kind: 'null'; readonly field: Field; readonly negated: boolean }
  | FieldTest;

export interface OrderTerm {
  readonly field: Field;
  readonly descending: boolean;
}

/** A filter as read: what must hold, and the order it asks for. */
export interface ParsedFilter {
  readonly condition: Condition | undefined;
  readonly orderBy: readonly OrderTerm[];
}
