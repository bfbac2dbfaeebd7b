import type { Json } from '../../../core/json.ts';
import { type Fields, mergeFields } from '../../cluster-options/merge-fields.ts';

/** Fields of a Job to set beside or instead of the rendered ones. */
export interface JobPatch {
  readonly metadata?: FieldPatch;
  readonly spec?: FieldPatch & {
    readonly template?: FieldPatch & { readonly metadata?: FieldPatch; readonly spec?: PodPatch };
  };
}

export interface FieldPatch {
  readonly [field: string]: PatchValue | undefined;
}

export interface PodPatch extends FieldPatch {
  /** The run's own container is called `main`; others are added. */
  readonly containers?: readonly NamedPatch[];
  readonly initContainers?: readonly NamedPatch[];
  readonly volumes?: readonly NamedPatch[];
}

export type NamedPatch = FieldPatch & { readonly name: string };

export type PatchValue = Json | FieldPatch | readonly PatchValue[];

/** The object with a patch merged in: objects by field, lists of named things by name, all else replaced; `null` removes. */
export function applyPatch<Target extends object>(target: Target, patch: object | undefined): Target {
  return patch === undefined
    ? target
    : (mergeFields(target as Fields, patch as Fields, 'remove by null') as Target);
}
