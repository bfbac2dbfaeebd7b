import type { Json } from '../../../core/json.ts';

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

/** What makes two entries of a list the same one. Lists not named here are replaced as a whole. */
const keysOfLists: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  env: 'name',
  imagePullSecrets: 'name',
  volumeMounts: 'mountPath',
};

type Fields = Readonly<Record<string, unknown>>;

/** The object with a patch merged in: objects by field, lists of named things by name, all else replaced; `null` removes. */
export function applyPatch<Target extends object>(target: Target, patch: object | undefined): Target {
  return patch === undefined ? target : (mergeFields(target as Fields, patch as Fields) as Target);
}

function mergeFields(target: Fields, patch: Fields): Fields {
  const merged: Record<string, unknown> = { ...target };
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete merged[field];
    else if (value !== undefined) merged[field] = mergeValue(field, target[field], value);
  }
  return merged;
}

function mergeValue(field: string, target: unknown, patch: unknown): unknown {
  const key = keysOfLists[field];
  if (key !== undefined && Array.isArray(target) && Array.isArray(patch))
    return mergeLists(key, target, patch);
  return isFields(target) && isFields(patch) ? mergeFields(target, patch) : patch;
}

function mergeLists(key: string, target: readonly Fields[], patch: readonly Fields[]): Fields[] {
  const merged = [...target];
  for (const entry of patch) {
    const index = merged.findIndex((existing) => existing[key] === entry[key]);
    const existing = merged[index];
    if (existing) merged[index] = mergeFields(existing, entry);
    else merged.push(entry);
  }
  return merged;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
