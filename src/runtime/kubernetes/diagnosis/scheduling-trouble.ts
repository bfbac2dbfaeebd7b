import { type NodeObject, timeOf } from '../api/objects.ts';
import { podUnschedulable } from '../errors.ts';
import { type Diagnosis, type Trouble, waitOrFail } from './diagnosis.ts';
import { type NodeFit, tellResources, tellSelector, tellTaints } from './node-fit.ts';
import { createdAt, type PodSubject, podName } from './pod-subject.ts';

/** A pod that no node takes. The scheduler's own sentence says how many nodes failed which test. */
export function findSchedulingTrouble(subject: PodSubject): Diagnosis | undefined {
  const condition = subject.pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (condition?.status !== 'False' || condition.reason !== 'Unschedulable') return undefined;
  const text = condition.message ?? '';
  const { trouble, what, hint } = classify(subject, text);
  const message = `no node takes pod "${podName(subject)}": ${what}`;
  const found = {
    trouble,
    error: podUnschedulable(message, { hint, details: { trouble, message: text } }).toJSON(),
  };
  const since = timeOf(condition.lastTransitionTime) ?? createdAt(subject);
  return waitOrFail(found, { since, seconds: subject.patience.pendingSeconds, now: subject.patience.now });
}

interface Cause {
  readonly trouble: Trouble;
  readonly pattern: RegExp;
  readonly what: (match: RegExpExecArray, text: string) => string;
  readonly hint: string;
}

const causes: readonly Cause[] = [
  {
    trouble: 'unschedulable-volume',
    pattern:
      /unbound immediate PersistentVolumeClaims|persistentvolumeclaim "([^"]+)" not found|volume node affinity conflict|didn't find available persistent volumes/i,
    what: ([, claim], text) =>
      claim ? `claim "${claim}" does not exist` : `its volume is not to be had (${text})`,
    hint: 'check the claim with `kubectl get pvc`: it must exist, be bound, and lie where the nodes are',
  },
  {
    trouble: 'unschedulable-resources',
    pattern: /Insufficient [\w./-]+(?:, \d+ Insufficient [\w./-]+)*|Too many pods/i,
    what: (_, text) => `${resourcesOf(text)} of what it requests is not free on any of them (${text})`,
    hint: 'request less, free or add nodes, or let an autoscaler add them',
  },
  {
    trouble: 'unschedulable-selector',
    pattern:
      /didn't match Pod's node affinity\/selector|didn't satisfy .*affinity|didn't match pod (anti-)?affinity rules|didn't match the requested node name/i,
    what: (_, text) => `none fits its node selector or affinity (${text})`,
    hint: 'compare `nodeSelector` and `affinity` with the labels that `kubectl get nodes --show-labels` shows',
  },
  {
    trouble: 'unschedulable-taint',
    pattern: /untolerated taint\(?s?\)?(?: \{([^}]*)\})?|were unschedulable/i,
    what: ([, taint], text) =>
      taint
        ? `they have the taint "${taint.trim()}", which it does not tolerate`
        : `they take no new pods (${text})`,
    hint: 'add a toleration to the Kubernetes options, or use nodes without the taint',
  },
];

/**
 * The scheduler tests each node in one order, and a node is counted under the first test that it fails: of several causes the one
 * tested last is the nearest to a fit. Only a selector that fits none but tainted nodes is told apart by the nodes themselves.
 */
function classify(subject: PodSubject, text: string): { trouble: Trouble; what: string; hint: string } {
  const found = causes.flatMap((cause) => {
    const match = cause.pattern.exec(text);
    return match ? [{ cause, match }] : [];
  });
  const taint = found.find(({ cause }) => cause.trouble === 'unschedulable-taint');
  const main =
    found[0]?.cause.trouble === 'unschedulable-selector' && taint && selectsSome(subject) ? taint : found[0];
  if (main) {
    const { trouble, what, hint } = main.cause;
    const told = tellNodes(subject, trouble, text);
    // the scheduler's own sentence stands in the details
    return { trouble, ...(told ?? { what: what(main.match, text), hint }) };
  }
  return {
    trouble: 'unschedulable',
    what: text,
    hint: 'see `kubectl describe pod` for what the scheduler says',
  };
}

/** What the nodes say, where they may be looked at: which of them have what, and what would fit. */
function tellNodes({ pod, nodes = [] }: PodSubject, trouble: Trouble, text: string): NodeFit | undefined {
  if (nodes.length === 0) return undefined;
  if (trouble === 'unschedulable-taint') return tellTaints(pod, nodes);
  if (trouble === 'unschedulable-selector') return tellSelector(pod, nodes);
  return trouble === 'unschedulable-resources' ? tellResources(pod, nodes, namesOf(text)) : undefined;
}

function selectsSome({ pod, nodes = [] }: PodSubject): boolean {
  const selector = Object.entries(pod.spec?.nodeSelector ?? {});
  const fits = ({ metadata }: NodeObject): boolean =>
    selector.every(([key, value]) => metadata?.labels?.[key] === value);
  return selector.length > 0 && nodes.some(fits);
}

function resourcesOf(text: string): string {
  const names = namesOf(text);
  return names.length === 0 ? 'the number of pods' : names.join(' and ');
}

/** The resources that a sentence of the scheduler calls insufficient. */
function namesOf(text: string): readonly string[] {
  const names = [...text.matchAll(/Insufficient ([\w./-]+)/g)].map((match) =>
    (match[1] ?? '').replace(/\.$/, ''),
  );
  return [...new Set(names)];
}
