import { describe, expect, it } from 'vitest';
import {
  type NodePhase,
  viewWorkflow,
  type WorkflowView,
} from '../../../src/pipelines/argo/follow/workflow-nodes.ts';

const quota = 'pods "main-1-pod-1-1" is forbidden: exceeded quota: tight, requested: limits.memory=256Mi';

interface Attempt {
  readonly phase: NodePhase;
  readonly message?: string;
}

/** A workflow whose one step has a node that counts these attempts, before or after them. */
function view(counting: NodePhase, attempts: readonly Attempt[], isFirst = true): WorkflowView {
  const inputs = { parameters: [{ name: 'do', value: 'step:train' }] };
  const retry = { id: 'main-1-train', type: 'Retry', phase: counting, inputs };
  const pods = attempts.map((attempt, at) => ({ id: `main-1-train-${at}`, type: 'Pod', inputs, ...attempt }));
  const nodes = isFirst ? [retry, ...pods] : [...pods, retry];
  const status = {
    phase: 'Running',
    nodes: Object.fromEntries(nodes.map((node) => [node.id, node])),
  } as const;
  return viewWorkflow({ metadata: { name: 'main-1' }, status });
}

describe('a workflow as it is seen', () => {
  it.each([true, false])('says of a task under way why its newest attempt has no pod', (isFirst) => {
    const told = { task: 'step:train', at: [], phase: 'Running', pendingMessage: quota };
    const seen = (attempts: readonly Attempt[]): unknown =>
      view('Running', attempts, isFirst).tasks.get('step:train@');
    expect(seen([{ phase: 'Pending', message: quota }])).toEqual(told);
    expect(
      seen([
        { phase: 'Error', message: 'pod deleted' },
        { phase: 'Pending', message: quota },
      ]),
    ).toEqual(told);
  });

  it('says no more of it once there is one, or the task is over', () => {
    const running = view('Running', [{ phase: 'Running', message: quota }]);
    expect(running.tasks.get('step:train@')).not.toHaveProperty('pendingMessage');
    const failed = view('Failed', [{ phase: 'Pending', message: quota }]);
    expect(failed.tasks.get('step:train@')).toMatchObject({ phase: 'Failed' });
    expect(failed.tasks.get('step:train@')).not.toHaveProperty('pendingMessage');
  });
});
