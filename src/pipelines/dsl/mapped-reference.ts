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

/** One item of a value. */
export type ItemOfValue<Value> =
  IsAny<Value> extends true
    ? Untyped
    : Value extends Leaf
      ? never
      : Value extends readonly (infer Item)[]
        ? ReferredValue<Item>
        : Value extends object
          ? ReferredValue<Value[keyof Value & string]>
          : never;

/** The value itself: of a reference what it stands for. */
export type ReferredValue<Value> =
  IsAny<Value> extends true ? Untyped : Value extends ReferenceTo<infer Inner> ? Inner : Value;

/** A value inside a list: an artifact as its URI, which any input takes. */
export type PortableValue<Value> =
  IsAny<Value> extends true ? Untyped : Value extends { readonly slipwayType: 'data-item' } ? string : Value;

/** What an entry of the body's result is in the list. */
export type MappedEntry<Value> =
  IsAny<Value> extends true
    ? Untyped
    : Value extends LoggedArtifact
      ? string
      : PortableValue<ReferredValue<Value>>;

/** What one item gives. */
export type MappedRow<Result> = { readonly [Key in keyof Result & string]: MappedEntry<Result[Key]> };
/** What the items give by name, each as a list. */
export type MappedColumns<Result> = {
  readonly [Key in keyof Result & string]: Reference<readonly MappedEntry<Result[Key]>[]>;
};

/** What `p.map` gives: a list of what its body returned; of a step or an object of outputs also the list of each by its name. */
export type Mapped<Result> =
  IsAny<Result> extends true
    ? Untyped
    : // biome-ignore lint/suspicious/noConfusingVoidType: a body that returns nothing has the type void
      [Result] extends [void | null | undefined]
      ? undefined
      : Result extends StepHandle
        ? StepHandle &
            ReferenceTo<readonly MappedRow<Result>[]> &
            MappedColumns<Result> &
            MappedRows<MappedRow<Result>>
        : Result extends ReferenceTo<infer Value>
          ? Reference<readonly PortableValue<Value>[]>
          : Result extends Leaf | readonly unknown[]
            ? Reference<readonly MappedEntry<Result>[]>
            : ReferenceTo<readonly MappedRow<Result>[]> &
                MappedColumns<Result> &
                MappedRows<MappedRow<Result>>;

/** What an item gives, by its number in the list. */
export interface MappedRows<Value> {
  readonly [index: number]: Reference<Value>;
}
