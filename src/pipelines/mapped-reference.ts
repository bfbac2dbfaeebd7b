import type {
  IsAny,
  Leaf,
  LoggedArtifact,
  Reference,
  ReferenceTo,
  StepHandle,
  Untyped,
} from './reference.ts';

declare const refused: unique symbol;

/** Stands where a value cannot be used; `Message` says why. */
export interface Refused<Message extends string> {
  readonly [refused]: Message;
}

/** What `p.map` goes over: a list, or an object whose entries are the items; as values, or as a reference to one. */
export type Mappable<Items> = [ItemOf<Items>] extends [never]
  ? Refused<'p.map goes over a list or an object of items; give one, or the output of a step that is one'>
  : unknown;

/** One item of what `p.map` goes over. */
export type ItemOf<Items> =
  IsAny<Items> extends true
    ? Untyped
    : Items extends ReferenceTo<infer Value>
      ? ItemOfValue<Value>
      : ItemOfValue<Items>;

type ItemOfValue<Value> =
  IsAny<Value> extends true
    ? Untyped
    : Value extends Leaf
      ? never
      : Value extends readonly (infer Item)[]
        ? Unwrapped<Item>
        : Value extends object
          ? Unwrapped<Value[keyof Value & string]>
          : never;

/** The value itself: of a reference what it stands for. */
type Unwrapped<Value> =
  IsAny<Value> extends true ? Untyped : Value extends ReferenceTo<infer Inner> ? Inner : Value;

/** A value inside a list: an artifact as its URI, which any input takes. */
type Portable<Value> =
  IsAny<Value> extends true ? Untyped : Value extends { readonly slipwayType: 'data-item' } ? string : Value;

/** What an entry of the body's result is in the list. */
type Entry<Value> =
  IsAny<Value> extends true ? Untyped : Value extends LoggedArtifact ? string : Portable<Unwrapped<Value>>;

type Row<Result> = { readonly [Key in keyof Result & string]: Entry<Result[Key]> };
type Columns<Result> = { readonly [Key in keyof Result & string]: Reference<readonly Entry<Result[Key]>[]> };

/** What `p.map` gives: a list of what its body returned; of a step or an object of outputs also the list of each by its name. */
export type Mapped<Result> =
  IsAny<Result> extends true
    ? Untyped
    : // biome-ignore lint/suspicious/noConfusingVoidType: a body that returns nothing has the type void
      [Result] extends [void | null | undefined]
      ? undefined
      : Result extends StepHandle
        ? StepHandle & ReferenceTo<readonly Row<Result>[]> & Columns<Result> & Rows<Row<Result>>
        : Result extends ReferenceTo<infer Value>
          ? Reference<readonly Portable<Value>[]>
          : Result extends Leaf | readonly unknown[]
            ? Reference<readonly Entry<Result>[]>
            : ReferenceTo<readonly Row<Result>[]> & Columns<Result> & Rows<Row<Result>>;

interface Rows<Value> {
  readonly [index: number]: Reference<Value>;
}
