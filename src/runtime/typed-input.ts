import type { Artifact, Dataset } from '../data/artifact.ts';
import type { DataItem } from '../data/data-item.ts';
import type { ParameterSpec } from '../functions/function-spec.ts';
import type { InputRecord } from '../tracking/run.ts';
import { invalidInput } from './errors.ts';

/** The input as the parameter's type says: artifacts as what they are, a plain table file as a dataset where one is declared. */
export async function asDeclared(
  item: DataItem | Artifact,
  parameter: ParameterSpec | undefined,
  record: InputRecord,
): Promise<DataItem | Artifact> {
  const type = parameter?.typeText ?? '';
  const kind = 'artifactKind' in item ? item.artifactKind : undefined;
  if (/\bDataItem\b/.test(type)) return item;
  if (/\bModel\b/.test(type) && kind !== 'model')
    throw invalidInput(`input "${item.key}" must be a model, "${item.url}" is ${describe(kind)}`, {
      hint: 'give the artifact that logModel made: store://project/key',
    });
  if (!/\bDataset\b/.test(type) || kind === 'dataset') return item;
  if (kind === undefined || kind === 'table' || kind === 'file') return tableAsDataset(item, record);
  throw invalidInput(`input "${item.key}" must be a dataset, "${item.url}" is ${describe(kind)}`, {
    hint: 'give a dataset artifact or a table file, e.g. CSV or Parquet',
  });
}

const describe = (kind: string | undefined): string => (kind === undefined ? 'no artifact' : `a ${kind}`);

async function tableAsDataset(item: DataItem, { uri, digest = '', size = 0 }: InputRecord): Promise<Dataset> {
  const { columns } = await item.table();
  const record = {
    key: item.key,
    kind: 'dataset',
    uri,
    digest,
    size,
    files: [item.name],
    producer: '',
  } as const;
  const own = { artifactKind: 'dataset', schema: columns, labelColumn: undefined, record } as const;
  // items may hold private state, so their members are bound rather than inherited
  return {
    slipwayType: 'data-item',
    key: item.key,
    url: item.url,
    name: item.name,
    ...own,
    get: (range) => item.get(range),
    text: () => item.text(),
    json: () => item.json(),
    put: (data) => item.put(data),
    stat: () => item.stat(),
    ls: () => item.ls(),
    local: () => item.local(),
    table: (options) => item.table(options),
  };
}
