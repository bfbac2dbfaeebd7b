import type { Decisions } from './compile/decisions.ts';

/** What a pod is for; its task's parameters `do`, `at` and `tell` say so. */
export interface PodTask {
  /** `step`: runs one. `map`: tells the items of one. `exit`: runs the exit step. `finish`: says how the pipeline ended. */
  readonly kind: 'step' | 'map' | 'exit' | 'finish';
  /** Of the step or map; empty for `finish`. */
  readonly id: string;
  /** Position of the item in each map around, the outermost first. */
  readonly at: readonly number[];
  readonly tell: Decisions;
}

export interface PodTaskTexts {
  readonly do: string;
  readonly at?: string;
  readonly tell?: string;
}

/** `step:train`, `0.3`, `{"flags":["evaluate"],"lists":[]}`: texts that may stand in a workflow. */
export function renderPodTask({ kind, id, tell }: Omit<PodTask, 'at'>): { do: string; tell?: string } {
  const isSilent = tell.flags.length === 0 && tell.lists.length === 0;
  return { do: `${kind}:${id}`, ...(isSilent ? {} : { tell: JSON.stringify(tell) }) };
}

/** Throws a `TypeError` for texts that no compiler of ours wrote. */
export function parsePodTask({ do: what, at = '', tell = '' }: PodTaskTexts): PodTask {
  const [, kind, id] = /^(step|map|exit|finish):(.*)$/s.exec(what) ?? [];
  if (kind === undefined || id === undefined) throw new TypeError(`"${what}" is no task of a pipeline's pod`);
  const positions = at.split('.').filter((part) => part !== '');
  if (!positions.every((part) => /^\d+$/.test(part)))
    throw new TypeError(`"${at}" is no position of an item`);
  return {
    kind: kind as PodTask['kind'],
    id,
    at: positions.map(Number),
    tell: tell === '' ? { flags: [], lists: [] } : (JSON.parse(tell) as Decisions),
  };
}
