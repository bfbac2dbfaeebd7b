import path from 'node:path';
import type { DataItem } from '../data/data-item.ts';
import type { EventBody } from '../tracking/journal-event.ts';
import type { InputRecord } from '../tracking/run.ts';
import type { RunStore } from '../tracking/store.ts';
import type { DeliveredInput, Job } from './job.ts';
import { asDeclared } from './typed-input.ts';

/**
 * Opens the job's inputs as what the handler's parameters declare: data item, dataset or model. What each one's bytes were
 * is recorded by digest before the handler sees them. Throws what reading throws, e.g. `DATA_NOT_FOUND`.
 */
export async function openInputs(
  job: Pick<Job, 'inputs' | 'delivered' | 'artifacts' | 'handler' | 'workingDirectory'>,
  store: RunStore,
  append: (event: EventBody) => void,
): Promise<Readonly<Record<string, DataItem>>> {
  const names = Object.keys(job.inputs);
  if (names.length === 0) return {};
  const [{ resolveInput }, { openReferred }, { digestOf }] = await Promise.all([
    import('../data/resolve-input.ts'),
    import('../data/open-artifact.ts'),
    import('../data/digest-of.ts'),
  ]);
  const opened = await Promise.all(
    names.map(async (name) => {
      const { uri } = job.inputs[name] as InputRecord;
      const [delivered, known] = [job.delivered?.[name], job.artifacts?.[name]];
      const item = delivered
        ? await openDelivered(delivered, store, name)
        : known
          ? openReferred(store, uri, known, name)
          : await resolveInput(uri, { store, baseDirectory: job.workingDirectory, key: name });
      const record = { uri: item.url, ...(await digestOf(item)) };
      const parameter = job.handler.parameters.find((candidate) => candidate.name === name);
      return { name, record, item: await asDeclared(item, parameter, record) };
    }),
  );
  for (const { name, record } of opened)
    if (record.digest !== job.inputs[name]?.digest) append({ kind: 'input', key: name, input: record });
  return Object.fromEntries(opened.map(({ name, item }) => [name, item]));
}

/** What was a file where the run was submitted keeps its URL; its content is read from the store. */
async function openDelivered(
  { url, digest, file }: DeliveredInput,
  store: RunStore,
  key: string,
): Promise<DataItem> {
  const { openCopiedItem } = await import('../data/open-copied-item.ts');
  const folder = await store.artifactDirectory(digest);
  return openCopiedItem(new URL(url), file === undefined ? folder : path.join(folder, file), key);
}
