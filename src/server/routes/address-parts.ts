import * as v from 'valibot';

/** Path of what belongs to a project as a whole. */
export const projectPlace: v.GenericSchema<unknown, { project: string }> = v.object({ project: v.string() });

/** Path of what belongs to a run. */
export const runPlace: v.GenericSchema<unknown, { project: string; run: string }> = v.object({
  project: v.string(),
  run: v.string(),
});

/** A whole number in a query. */
export const wholeText: v.GenericSchema<string, number> = v.pipe(
  v.string(),
  v.regex(/^\d{1,15}$/, 'expected a whole number'),
  v.transform(Number),
);
