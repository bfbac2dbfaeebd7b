import { describe, expect, it } from 'vitest';
import type { NodeObject, PodObject } from '../../../src/runtime/kubernetes/api/objects.ts';
import { diagnosePod } from '../../../src/runtime/kubernetes/diagnosis/diagnose-pod.ts';

const patience = { now: Date.parse('2026-01-01T00:00:10Z'), pendingSeconds: 600, imagePullSeconds: 90 };

const node = (
  name: string,
  spec: NodeObject['spec'] = {},
  labels: Record<string, string> = {},
): NodeObject => ({
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
  spec,
  status: { allocatable: { cpu: '3920m', memory: '15Gi', pods: '110' } },
});
const taint = (value: string): NodeObject['spec'] => ({
  taints: [{ key: 'dedicated', value, effect: 'NoSchedule' }],
});

/** What is said of a pod that the scheduler has found no node for. */
function said(
  message: string,
  spec: PodObject['spec'],
  nodes: readonly NodeObject[],
): [string, string, string] {
  const found = diagnosePod(
    {
      metadata: { name: 'train-1', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: { ...spec },
      status: {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
      },
    },
    { events: [], patience, nodes },
  );
  const { message: text = '', hint = '' } = found?.error ?? {};
  return [found?.trouble ?? '', text.replace('no node takes pod "train-1": ', ''), hint];
}

const requesting = (requests: Record<string, string>): PodObject['spec'] => ({
  containers: [{ name: 'main', resources: { requests } }],
});

describe('a pod that no node takes, where nodes may be looked at', () => {
  it('is told how many nodes have which taint, and the toleration to write', () => {
    const nodes = [node('a', taint('gpu')), node('b', taint('gpu')), node('c', taint('ci'))];
    const message = '0/3 nodes are available: 3 node(s) had untolerated taint {dedicated: gpu}.';
    expect(said(message, {}, nodes)).toEqual([
      'unschedulable-taint',
      '2 of 3 fitting nodes have the taint "dedicated=gpu:NoSchedule", 1 of 3 fitting nodes has the taint "dedicated=ci:NoSchedule", which it does not tolerate',
      'tolerate it: tolerations: [{ key: "dedicated", operator: Equal, value: "gpu", effect: NoSchedule }]',
    ]);
    // what it tolerates is not what keeps it away
    const tolerations = [{ key: 'dedicated', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' }];
    expect(said(message, { tolerations }, nodes)[1]).toBe(
      '1 of 3 fitting nodes has the taint "dedicated=ci:NoSchedule", which it does not tolerate',
    );
  });

  it('is told which nodes are closed for new pods', () => {
    const cordoned = {
      unschedulable: true,
      taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }],
    };
    expect(said('0/1 nodes are available: 1 node(s) were unschedulable.', {}, [node('a', cordoned)])).toEqual(
      [
        'unschedulable-taint',
        'the only fitting node is closed for new pods',
        'open a node again: `kubectl uncordon`',
      ],
    );
  });

  it('is told which label no node has, and which values nodes have', () => {
    const nodes = [
      node('a', {}, { disk: 'hdd' }),
      node('b', {}, { disk: 'hdd' }),
      node('c', {}, { disk: 'ssd' }),
    ];
    const message = "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.";
    expect(said(message, { nodeSelector: { disk: 'golden' } }, nodes)).toEqual([
      'unschedulable-selector',
      'none of the 3 nodes has the label disk=golden of its node selector',
      '"disk" is "hdd" on 2, "ssd" on 1: change `nodeSelector`, or label a node',
    ]);
    expect(said(message, { nodeSelector: { zone: 'x' } }, nodes)[2]).toContain(
      'no node has a label "zone" at all',
    );
  });

  it('is told that it requests more than the largest node has', () => {
    const message = '0/2 nodes are available: 2 Insufficient cpu.';
    const nodes = [node('a'), { ...node('b'), status: { allocatable: { cpu: '8', memory: '4Gi' } } }];
    expect(said(message, requesting({ cpu: '1k', memory: '1Gi' }), nodes)).toEqual([
      'unschedulable-resources',
      'it requests cpu 1000 and the largest of 2 nodes has 8',
      'request less than cpu 8, or add larger nodes',
    ]);
  });

  it('is told that other pods have what it requests, where a node is large enough', () => {
    const message = '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.';
    expect(said(message, requesting({ cpu: '2', memory: '8Gi' }), [node('a')])).toEqual([
      'unschedulable-resources',
      'cpu 2 and memory 8Gi of what it requests is not free on any of them, because other pods have it: the largest node has cpu 3920m and memory 15Gi in all',
      'wait until other pods have ended, request less, or let an autoscaler add nodes',
    ]);
  });

  it('is told that no node has a resource at all', () => {
    const message = '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.';
    expect(said(message, requesting({ 'nvidia.com/gpu': '1' }), [node('a')])).toEqual([
      'unschedulable-resources',
      'it requests nvidia.com/gpu 1 and none of the 1 nodes has any',
      'use a node pool that has nvidia.com/gpu, or do not ask for it',
    ]);
  });

  it('is told what the scheduler says where the nodes do not explain it', () => {
    const message = "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.";
    expect(said(message, {}, [node('a')])[1]).toContain(message);
  });
});
