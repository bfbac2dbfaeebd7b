import { parseArtifactKey } from '../core/name.ts';
import type { Artifact, LogArtifactOptions } from '../data/artifact.ts';
import type { Context } from './context.ts';
import type { ContextState } from './context-state.ts';

type SaveCalls = Pick<Context, 'logArtifact' | 'logDataset' | 'logModel' | 'logPlot'>;

/** The members of a context that write files. */
export function createSaveCalls(state: ContextState): SaveCalls {
  const { store, project } = state.options;
  const save = <Saved extends Artifact>(
    call: string,
    key: string,
    tags: readonly string[] | undefined,
    write: (target: { project: string; producer: string; key: string }) => Promise<Saved>,
  ): Promise<Saved> => {
    state.checkOpen(call);
    parseArtifactKey(key);
    return state.track(
      saveAndRegister(state, call, tags, () => write({ project, producer: state.uid, key })),
    );
  };
  return {
    logArtifact: (key, content, options: LogArtifactOptions = {}) =>
      save('logArtifact', key, options.tags, async (target) =>
        (await saving()).saveArtifact(store, target, content, options),
      ),
    logDataset: (key, table, options = {}) =>
      save('logDataset', key, options.tags, async (target) =>
        (await saving()).saveDataset(store, target, table, options),
      ),
    logModel: (key, options) =>
      save('logModel', key, options.tags, async (target) =>
        (await saving()).saveModel(store, target, options),
      ),
    logPlot: (key, plot, options = {}) =>
      save('logPlot', key, undefined, async (target) =>
        (await saving()).savePlot(store, target, plot, options),
      ),
  };
}

/** Loaded with the first save: most runs start without saving anything. */
const saving = (): Promise<typeof import('../data/save-artifact.ts')> => import('../data/save-artifact.ts');

async function saveAndRegister<Saved extends Artifact>(
  state: ContextState,
  call: string,
  tags: readonly string[] | undefined,
  write: () => Promise<Saved>,
): Promise<Saved> {
  const saved = await write();
  state.append(call, { kind: 'artifact', artifact: saved.record });
  for (const tag of tags ?? []) await state.options.store.tagArtifact(saved.record.uri, tag);
  await state.options.onSaved?.(saved);
  return saved;
}
