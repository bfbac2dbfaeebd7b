import { globalState } from '../core/global-state.ts';
import { createUid } from '../core/id.ts';
import { type Json, toJson } from '../core/json.ts';
import { parseName } from '../core/name.ts';
import { runBusy, runNotFound } from '../tracking/errors.ts';
import { openLocalStore } from '../tracking/local/local-store.ts';
import { type ResumePolicy, resumeRun } from '../tracking/resume-run.ts';
import { hasEnded } from '../tracking/run.ts';
import type { RunStore, RunWriter } from '../tracking/store.ts';
import type { Context } from './context.ts';
import { findStore, type StorePlace } from './find-store.ts';
import { currentRunScope } from './run-scope.ts';
import { ScriptRun } from './script-run.ts';

/** How `getOrCreateContext` makes or finds its run. */
export interface ContextRequest {
  readonly params?: Readonly<Record<string, Json>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Uid of the run; needed to resume one. @default a new one */
  readonly uid?: string;
  /** Whether a run with this uid is gone on with. @default 'never' */
  readonly resume?: ResumePolicy;
  readonly seed?: number;
  /** @default that of the nearest project.yaml upwards, else `default` */
  readonly project?: string;
  /** Folder of the store. @default `SLIPWAY_HOME`, else `.slipway` beside project.yaml or in the working directory */
  readonly storeDirectory?: string;
}

/** The store that a script's run is written to. */
export interface ScriptStore {
  readonly store: RunStore;
  /** Resolves when what was written is where it belongs; called when the script has nothing left to do. */
  settle?(): Promise<void>;
  /** The same for the run's events, at once: the process ends. */
  sendNow?(uid: string): void;
}

/** Opens the store of a place where it is not in its folder alone; undefined where it is. */
export type OpenScriptStore = (place: StorePlace) => Promise<ScriptStore | undefined>;

/** Context of a script or notebook cell that is no handler. The run completes with the process unless it is ended before. */
export interface ScriptContext extends Context {
  /** Ends the run as completed, after everything being saved is saved. */
  complete(): Promise<void>;
  /** Ends the run as failed. */
  fail(error: unknown): Promise<void>;
}

/**
 * A context for code that is no handler: that of the run around it where Slipway started one, the one already open under
 * this name, else that of a new run in the project's store. Throws `RUN_EXISTS`, `RUN_NOT_FOUND` by the resume policy.
 *
 * @example
 * const ctx = await getOrCreateContext('explore');
 * ctx.logMetric('rows', 344);
 */
export async function getOrCreateContext(
  name: string,
  request: ContextRequest = {},
  openStore: OpenScriptStore = async () => undefined,
): Promise<ScriptContext> {
  const around = currentRunScope()?.context;
  if (around) return asPartOf(around);
  const place = findStore(request, { directory: process.cwd(), env: process.env });
  const open = globalState('script-runs', () => new Map<string, Promise<ScriptRun>>());
  const key = [place.storeDirectory, place.project, request.uid ?? '', name].join('\n');
  const known = await open.get(key);
  if (known && !known.isOver) return known.context;
  const opening = openScriptRun(name, request, { place, openStore });
  open.set(key, opening);
  opening.catch(() => open.delete(key));
  return (await opening).context;
}

async function openScriptRun(
  name: string,
  request: ContextRequest,
  { place, openStore }: { readonly place: StorePlace; readonly openStore: OpenScriptStore },
): Promise<ScriptRun> {
  const started = process.env.SLIPWAY_RUN;
  // who started this process brings what it writes to where it belongs
  const opened = started === undefined ? await openStore(place) : undefined;
  const store = opened?.store ?? openLocalStore({ directory: place.storeDirectory, project: place.project });
  const around =
    started === undefined || request.uid !== undefined ? undefined : await runAround(store, started);
  const writer = around?.writer ?? (await createOrResume(store, name, request, around?.parent));
  return new ScriptRun({ ...opened, store, writer, directory: process.cwd() });
}

/**
 * The run that Slipway started this process for: its journal, where nobody writes it, else that run as the parent, since a
 * journal has one writer.
 */
async function runAround(store: RunStore, uid: string): Promise<{ writer?: RunWriter; parent?: string }> {
  try {
    const decision = await resumeRun(store, uid, 'must');
    const { state } = await store.getRun(uid);
    const ended = hasEnded({ state });
    if (decision === 'continue' && !ended) return { writer: store.openRun(uid) };
    return { parent: uid };
  } catch (error) {
    if (runBusy.is(error)) return { parent: uid };
    // the variable came from another store: the script stands alone
    if (runNotFound.is(error)) return {};
    throw error;
  }
}

async function createOrResume(
  store: RunStore,
  name: string,
  request: ContextRequest,
  parent: string | undefined,
): Promise<RunWriter> {
  const { uid = createUid(), resume = 'never', params = {}, labels = {}, seed } = request;
  // a new uid is nobody's: a server that is away need not say so
  const isNew = request.uid === undefined && resume !== 'must';
  if (!isNew && (await resumeRun(store, uid, resume)) === 'continue') return store.openRun(uid);
  return store.createRun({
    uid,
    name: parseName('run', name),
    project: store.project,
    runKind: 'run',
    params: toJson(params) as Readonly<Record<string, Json>>,
    inputs: {},
    labels,
    attempt: 1,
    ...(seed === undefined ? {} : { seed }),
    ...(parent === undefined ? {} : { parent }),
  });
}

/** Inside a handler the run ends with the handler: ending it from here has no effect but to wait, or to throw. */
function asPartOf(context: Context): ScriptContext {
  const own: Pick<ScriptContext, 'complete' | 'fail'> = {
    complete: async () => undefined,
    fail: async (error) => {
      throw error;
    },
  };
  return Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(context), ...Object.getOwnPropertyDescriptors(own) },
  ) as ScriptContext;
}
