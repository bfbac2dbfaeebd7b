import type { Table } from 'slipway';
import { unusableData, unusableLabel } from '../learning/errors.ts';
import { classesOf, className } from '../learning/label-column.ts';

/** Rows whose class is known, the columns to learn from, and the classes. */
export interface TrainingSet {
  readonly table: Table;
  readonly label: string;
  readonly features: readonly string[];
  readonly classes: readonly string[];
  /** Position of each row's class in `classes`. */
  readonly labels: Int32Array;
  /** What was left out and why, a sentence each. */
  readonly notes: readonly string[];
}

/** Text columns with more distinct values than this are taken for names or free text. */
const maxCategories = 50;

export function prepareTrainingSet(
  data: Table,
  label: string,
  wanted: readonly string[] | undefined,
): TrainingSet {
  const known = data.column(label).flatMap((value, row) => (value === null ? [] : [row]));
  const table = known.length === data.rowCount ? data : data.take(known);
  const classes = classesOf(table.column(label));
  checkClasses(label, classes, table);
  const position = new Map(classes.map((name, i) => [name, i]));
  const labels = Int32Array.from(table.column(label), (value) => position.get(className(value)) ?? 0);
  const chosen = wanted ? chooseNamed(table, wanted, label) : chooseUsable(table, label);
  if (chosen.features.length === 0)
    throw unusableData(`no column besides "${label}" can be learned from`, {
      hint: chosen.notes.join('; ') || 'give data with number, text or true/false columns',
    });
  const unlabelled = data.rowCount - known.length;
  const notes = [
    ...(unlabelled ? [`${unlabelled} rows without a value of "${label}"`] : []),
    ...chosen.notes,
  ];
  return { table, label, features: chosen.features, classes, labels, notes };
}

function checkClasses(label: string, classes: readonly string[], table: Table): void {
  if (classes.length < 2)
    throw unusableLabel(
      `label column "${label}" has ${classes.length === 0 ? 'no value' : `one class only, "${classes[0]}"`}`,
      { hint: 'a classifier needs rows of two classes at least' },
    );
  if (classes.length > table.rowCount / 2)
    throw unusableLabel(
      `label column "${label}" has ${classes.length} distinct values in ${table.rowCount} rows`,
      { hint: 'a classifier needs classes that repeat; for a number that varies freely use a regression' },
    );
}

interface Chosen {
  readonly features: readonly string[];
  readonly notes: readonly string[];
}

function chooseNamed(table: Table, wanted: readonly string[], label: string): Chosen {
  if (wanted.includes(label))
    throw unusableData(`features names the label column "${label}"`, { hint: 'take it out of features' });
  const unusable = wanted
    .map((name) => reasonAgainst(table, name, false))
    .filter((reason) => reason !== undefined);
  if (unusable.length > 0) throw unusableData(unusable.join('; '), { hint: 'take it out of features' });
  return { features: [...wanted], notes: [] };
}

function chooseUsable(table: Table, label: string): Chosen {
  const judged = table.columns
    .filter((column) => column.name !== label)
    .map((column) => ({ name: column.name, reason: reasonAgainst(table, column.name, true) }));
  return {
    features: judged.filter(({ reason }) => reason === undefined).map(({ name }) => name),
    notes: judged.flatMap(({ reason }) => reason ?? []),
  };
}

function reasonAgainst(table: Table, name: string, careful: boolean): string | undefined {
  const values = table.column(name);
  const type = table.columns.find((column) => column.name === name)?.type;
  if (type === 'timestamp') return `column "${name}" is a time`;
  const distinct = new Set(values.filter((value) => value !== null));
  if (distinct.size === 0) return `column "${name}" has no values`;
  if (careful && type === 'string' && distinct.size > maxCategories)
    return `column "${name}" has ${distinct.size} distinct texts (name it in features to learn from it all the same)`;
  return undefined;
}
