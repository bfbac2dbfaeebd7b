import * as v from 'valibot';

type Text = v.GenericSchema<string>;

/** One part of a DNS name, as namespaces and label-like names are. */
export const label: Text = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected up to 63 of a-z, 0-9 and "-"'),
);

/** Name of an object of the cluster. */
export const name: Text = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'expected the name of an object: a-z, 0-9, "-" and "."'),
);

const labelKey = /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

/** Keys and values as Kubernetes allows them in labels; the keys `slipway.…` are ours. */
export const labels: v.GenericSchema<Record<string, string>> = v.record(
  v.pipe(
    v.string(),
    v.regex(labelKey, 'expected the key of a label'),
    v.check((key) => !key.startsWith('slipway.'), 'labels that begin with "slipway." are set by Slipway'),
  ),
  v.pipe(
    v.string(),
    v.regex(labelValue, 'expected the value of a label: up to 63 letters, digits, ".", "_", "-"'),
  ),
);

/** A whole number from `least` on. */
export const whole = (least: number): v.GenericSchema<number> =>
  v.pipe(v.number(), v.integer('expected a whole number'), v.minValue(least, `expected ${least} or more`));
