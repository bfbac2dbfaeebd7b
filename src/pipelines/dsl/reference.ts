import type { Artifact } from '../../data/artifact.ts';
import type { DataItem } from '../../data/data-item.ts';

declare const referenceType: unique symbol;
declare const stepType: unique symbol;
declare const artifactType: unique symbol;

/** What every reference to a `Value` has in common; a step argument of type `Value` accepts it. Covariant. */
export interface ReferenceTo<out Value> {
  readonly [referenceType]: Value;
}

/**
 * An output of a step, or a property of one, while a pipeline is built: it can be passed on to other steps and looked
 * into (`train.metrics.accuracy`), but has no value yet. To decide by it use `p.when`.
 */
export type Reference<Value> = ReferenceTo<Value> & PropertyReferences<Value>;

/** Stands where a value cannot go from step to step; `Message` says why. */
export interface NotPassable<Message extends string> {
  readonly [referenceType]: Message;
}

/** An artifact that a step logs, of whatever kind; every input accepts it, the run checks the kind. */
export interface LoggedArtifact {
  readonly [artifactType]: true;
}

export type IsAny<Value> = 0 extends 1 & Value ? true : false;

/** Values that references do not look into. */
export type Leaf =
  | string
  | number
  | boolean
  | bigint
  | symbol
  | null
  | undefined
  | Date
  | Uint8Array
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | { readonly slipwayType: string };

export type AnyFunction = (...args: never[]) => unknown;

export type PropertyReferences<Value> =
  IsAny<Value> extends true
    ? Untyped
    : Value extends Leaf
      ? unknown
      : Value extends AnyFunction
        ? NotPassable<'a function cannot be passed from one step to another'>
        : Value extends readonly (infer Item)[]
          ? { readonly [index: number]: Reference<Item> }
          : Value extends object
            ? { readonly [Key in keyof Value & string]-?: Reference<Exclude<Value[Key], undefined>> }
            : unknown;

/** Outputs of a function whose types are not known: anything may be asked for, the run decides. */
// biome-ignore lint/suspicious/noExplicitAny: must fit every argument and have every property
export type Untyped = any;

/** A step of a pipeline: its outputs by name, as references. `Results` is what the handler returns. */
export type StepReference<Results> = StepHandle & StepOutputs<Awaited<Results>>;

/** What every step has in common, whatever its outputs; what `after` takes. */
export interface StepHandle {
  readonly [stepType]: true;
}

export type StepOutputs<Results> =
  IsAny<Results> extends true
    ? Untyped
    : [unknown] extends [Results]
      ? Untyped
      : string extends keyof Results
        ? Untyped
        : // biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing has the type void
          [Results] extends [void | null | undefined]
          ? unknown
          : [Results] extends [Leaf | readonly unknown[]]
            ? { readonly return: Reference<Results> }
            : { readonly [Key in KeysOf<Results> & string]: Reference<EntryOf<Results, Key>> };

export type KeysOf<Results> = Results extends unknown ? keyof Results : never;
export type EntryOf<Results, Key extends PropertyKey> = Results extends unknown
  ? Key extends keyof Results
    ? Awaited<Exclude<Results[Key], undefined>>
    : never
  : never;

/** Whether a handler's parameter is an input: data given by path, URL, artifact or data item. */
export type IsInput<Value> =
  IsAny<Value> extends true
    ? false
    : [Extract<Value, { readonly slipwayType: 'data-item' }>] extends [never]
      ? false
      : true;

/** Names of a handler's arguments that are inputs (DataItem, Dataset, Model). */
export type InputKeys<Args> = {
  [Key in keyof Args]-?: IsInput<Args[Key]> extends true ? Key : never;
}[keyof Args];

/** The arguments of a handler that are plain values. */
export type ParamArgs<Args> = Omit<Args, InputKeys<Args>>;

/** What a run accepts for each input of a handler: path or URL, data item, artifact. */
export type InputArgs<Args> = {
  [Key in keyof Args as IsInput<Args[Key]> extends true ? Key : never]: string | URL | DataItem | Artifact;
};

/** What a call of a function inside a pipeline takes: each argument as a value or as a reference to one. */
export type StepArguments<Args> = { readonly [Key in keyof Args]: StepArgument<Args[Key]> };

/** One argument of a step: the value itself, a reference to one, or lists and objects that hold references. */
export type StepArgument<Value> =
  IsAny<Value> extends true
    ? unknown
    : IsInput<Value> extends true
      ? string | URL | Value | ReferenceTo<Exclude<Value, undefined>> | ReferenceTo<string> | LoggedArtifact
      : Value | ReferenceTo<Exclude<Value, undefined>> | NestedArgument<Value>;

export type NestedArgument<Value> = Value extends Leaf | AnyFunction
  ? never
  : Value extends readonly (infer Item)[]
    ? readonly StepArgument<Item>[]
    : Value extends object
      ? { readonly [Key in keyof Value]: StepArgument<Value[Key]> }
      : never;
