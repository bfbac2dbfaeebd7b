import * as v from 'valibot';
import { isQuantity } from './quantity.ts';
import { label, name, whole } from './schema-parts.ts';

const absolute = v.pipe(v.string(), v.regex(/^\/[^:]*$/, 'expected an absolute path'));
const mount = {
  name: v.optional(label),
  mountPath: absolute,
  readOnly: v.optional(v.boolean()),
  subPath: v.optional(
    v.pipe(v.string(), v.regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$)).+$/, 'expected a path inside the volume')),
  ),
};
const files = {
  source: name,
  items: v.optional(v.record(v.string(), v.string())),
  mode: v.optional(v.pipe(whole(0), v.maxValue(0o777, 'expected permissions such as 0o440'))),
  optional: v.optional(v.boolean()),
};
const size = v.pipe(
  v.union([v.string(), v.number()]),
  v.check(isQuantity, 'expected an amount such as "1Gi"'),
);

const volume = v.variant('kind', [
  v.strictObject({ kind: v.literal('pvc'), claim: name, ...mount }),
  v.strictObject({ kind: v.literal('secret'), ...files, ...mount }),
  v.strictObject({ kind: v.literal('configMap'), ...files, ...mount }),
  v.strictObject({
    kind: v.literal('emptyDir'),
    sizeLimit: v.optional(size),
    medium: v.optional(v.literal('Memory')),
    ...mount,
  }),
  v.strictObject({
    kind: v.literal('hostPath'),
    path: absolute,
    type: v.optional(v.picklist(['Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'])),
    ...mount,
  }),
]);

const unique = (paths: readonly string[]): boolean => new Set(paths).size === paths.length;

/** Volumes of a pod; no two under one path. */
export const volumes: v.GenericSchema = v.pipe(
  v.array(volume),
  v.check((list) => unique(list.map(({ mountPath }) => mountPath)), 'two volumes have the same mountPath'),
);
