/** Texts of a CSV file that mean "no value" unless the reader is told otherwise. */
export const defaultMissing: readonly string[] = ['', 'NA', 'NaN', 'null'];
