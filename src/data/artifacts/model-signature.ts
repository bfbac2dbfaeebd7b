import type { ModelSignature } from '../artifact.ts';
import type { Predictor } from '../predictor.ts';
import type { Table } from '../table.ts';

/** Classes of a label that a signature names; a label with more values is no category. */
const mostClasses = 1000;

/** The signature that a training set tells: every column but the label goes in, the label comes out. */
export function inferSignature(
  table: Table,
  labelColumn: string | undefined,
  predictor?: Predictor,
): ModelSignature {
  const used = predictor && new Set(predictor.features.map((feature) => feature.column));
  const inputs = table.columns
    .filter(({ name }) => name !== labelColumn && (used === undefined || used.has(name)))
    .map(({ name, type }) => ({ name, type }));
  const label = table.columns.find(({ name }) => name === labelColumn);
  if (label === undefined) return { inputs, outputs: [] };
  const classes = predictor?.classes ?? classesOf(table, label.name, label.type);
  return {
    inputs,
    outputs: [{ name: label.name, type: label.type, ...(classes === undefined ? {} : { classes }) }],
  };
}

function classesOf(table: Table, name: string, type: string): readonly string[] | undefined {
  if (type !== 'string' && type !== 'boolean') return undefined;
  const classes = new Set(
    table
      .column(name)
      .filter((value) => value !== null)
      .map(String),
  );
  return classes.size > mostClasses ? undefined : [...classes].sort();
}
