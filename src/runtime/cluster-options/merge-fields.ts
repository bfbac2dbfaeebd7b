/** What makes two entries of a list the same one. Lists not named here are replaced as a whole. */
const keysOfLists: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  env: 'name',
  imagePullSecrets: 'name',
  volumeMounts: 'mountPath',
};

export type Fields = Readonly<Record<string, unknown>>;

/** Whether a `null` takes a field away now, or stays to take one away later. */
export type Nulls = 'remove by null' | 'keep nulls';

/** Objects of Kubernetes joined: objects by field, lists of named things by name, all else replaced. */
export function mergeFields(target: Fields, patch: Fields, nulls: Nulls): Fields {
  const merged: Record<string, unknown> = { ...target };
  for (const [field, value] of Object.entries(patch)) {
    if (value === null && nulls === 'remove by null') delete merged[field];
    else if (value !== undefined) merged[field] = mergeValue(field, target[field], value, nulls);
  }
  return merged;
}

function mergeValue(field: string, target: unknown, patch: unknown, nulls: Nulls): unknown {
  const key = keysOfLists[field];
  if (key !== undefined && Array.isArray(target) && Array.isArray(patch))
    return mergeLists(key, target, patch, nulls);
  return isFields(target) && isFields(patch) ? mergeFields(target, patch, nulls) : patch;
}

function mergeLists(
  key: string,
  target: readonly Fields[],
  patch: readonly Fields[],
  nulls: Nulls,
): readonly Fields[] {
  const merged = [...target];
  for (const entry of patch) {
    const index = merged.findIndex((existing) => existing[key] === entry[key]);
    const existing = merged[index];
    if (existing) merged[index] = mergeFields(existing, entry, nulls);
    else merged.push(entry);
  }
  return merged;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
