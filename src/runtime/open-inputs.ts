import type { DataItem } from '../data/data-item.ts';
import type { EventBody } from '../tracking/journal-event.ts';
import type { InputRecord } from '../tracking/run.ts';
import type { RunStore } from '../tracking/store.ts';
import type { Job } from './job.ts';
import { asDeclared } from './typed-input.ts';

/**
 * Opens the job's inputs as what the handler's parameters declare: data item, dataset or model. What each one's bytes were
 * is recorded by digest before the handler sees them. Throws what reading throws, e.g. `DATA_NOT_FOUND`.
 */
export async function openInputs(
  job: Pick<Job, 'inputs' | 'handler' | 'workingDirectory'>,
  store: RunStore,
  append: (event: EventBody) => void,
): Promise<Readonly<Record<string, DataItem>>> {
  const names = Object.keys(job.inputs);
  if (names.length === 0) return {};
  const [{ resolveInput }, { digestOf }] = await Promise.all([
    import('../data/resolve-input.ts'),
    import('../data/digest-of.ts'),
  ]);
  const opened = await Promise.all(
    names.map(async (name) => {
      const { uri } = job.inputs[name] as InputRecord;
      const item = await resolveInput(uri, { store, baseDirectory: job.workingDirectory, key: name });
      const record = { uri: item.url, ...(await digestOf(item)) };
      const parameter = job.handler.parameters.find((candidate) => candidate.name === name);
      return { name, record, item: await asDeclared(item, parameter, record) };
    }),
  );
  for (const { name, record } of opened)
    if (record.digest !== job.inputs[name]?.digest) append({ kind: 'input', key: name, input: record });
  return Object.fromEntries(opened.map(({ name, item }) => [name, item]));
}
