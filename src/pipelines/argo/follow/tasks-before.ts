import type { Plan, PlanStep } from '../../plan/plan.ts';
import { dependenciesOf, mapChain } from '../../plan/plan-graph.ts';
import type { AwaitedStep } from '../record/remote-executor.ts';
import type { TaskNode } from './workflow-nodes.ts';

/** Tells which tasks of a workflow have to end before Argo begins a step, whoever waits for them. */
export class TasksBefore {
  readonly #maps: Plan['spec']['maps'];
  readonly #steps: ReadonlyMap<string, PlanStep>;
  readonly #before = new Map<string, ReadonlySet<string>>();

  constructor({ steps, maps }: Pick<Plan['spec'], 'steps' | 'maps'>) {
    this.#maps = maps;
    this.#steps = new Map(steps.map((step) => [step.id, step]));
  }

  /**
   * Of these tasks those that tell the items of a map which is around the step or which it waits for, and those of steps before it. The
   * exit step waits for all.
   */
  of({ step, at, isExit }: AwaitedStep, tasks: readonly TaskNode[]): readonly TaskNode[] {
    if (isExit || tasks.length === 0) return tasks;
    const own = mapChain(step.map, this.#maps);
    const before = this.#tasksBefore(step);
    return tasks.filter((task) => {
      if (!before.has(task.task)) return false;
      const chain = this.#chainOf(task.task);
      // of another item of a map around both it is no matter
      return task.at.every((position, depth) => chain[depth] !== own[depth] || position === at[depth]);
    });
  }

  #tasksBefore(step: PlanStep): ReadonlySet<string> {
    const known = this.#before.get(step.id);
    if (known !== undefined) return known;
    const steps = dependenciesOf(step, this.#maps);
    const chains = [step, ...steps.flatMap((id) => this.#steps.get(id) ?? [])].map(({ map }) => map);
    const maps = chains.flatMap((map) => mapChain(map, this.#maps));
    const found = new Set([...maps.map((map) => `map:${map}`), ...steps.map((id) => `step:${id}`)]);
    this.#before.set(step.id, found);
    return found;
  }

  /** The maps around a task, for one that tells items with that map itself. */
  #chainOf(task: string): readonly string[] {
    const id = task.slice(task.indexOf(':') + 1);
    return mapChain(task.startsWith('map:') ? id : this.#steps.get(id)?.map, this.#maps);
  }
}
