import type { ContainerStatus } from '../api/objects.ts';
import { podConfigInvalid, podNotStarted } from '../errors.ts';
import { type Diagnosis, type Trouble, waitOrFail } from './diagnosis.ts';
import {
  containersOf,
  firstSeen,
  lastSeen,
  type PodSubject,
  podName,
  quoted,
  scheduledAt,
  warningOf,
} from './pod-subject.ts';

/** A container that cannot be put together: a Secret, ConfigMap or key is missing, or the runtime refuses it. */
export function findConfigTrouble(subject: PodSubject): Diagnosis | undefined {
  const container = containersOf(subject).find(({ state }) =>
    ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'StartError'].includes(
      state?.waiting?.reason ?? state?.terminated?.reason ?? '',
    ),
  );
  if (!container) return undefined;
  const text = container.state?.waiting?.message ?? container.state?.terminated?.message ?? '';
  const { trouble, message, hint } = describe(subject, container, text);
  const make = trouble === 'container-start' ? podNotStarted : podConfigInvalid;
  return {
    trouble,
    verdict: 'fail',
    error: make(message, { hint, details: { trouble, message: text } }).toJSON(),
  };
}

function describe(
  subject: PodSubject,
  { name }: ContainerStatus,
  text: string,
): { trouble: Trouble; message: string; hint: string } {
  const pod = podName(subject);
  const missing = missingObject(subject, text);
  if (missing) return missing;
  const started = /exec(utable)?|no such file|not found in \$PATH|permission denied|runc|OCI runtime/i.test(
    text,
  );
  return {
    trouble: started ? 'container-start' : 'container-config',
    message: `container "${name}" of pod "${pod}" ${started ? 'cannot be started' : 'cannot be made'}: ${text}`,
    hint: started
      ? 'check that the image holds the program it starts with, for the processor of the node'
      : 'check the variables, volumes and security of the Kubernetes options',
  };
}

const objects = [
  { kind: 'Secret', pattern: /secret "?([^"\s]+)"? not found/i, trouble: 'secret-missing' },
  { kind: 'ConfigMap', pattern: /configmap "?([^"\s]+)"? not found/i, trouble: 'config-map-missing' },
] as const;

/** A named object, or a key of one, that a container or volume wants and the namespace does not have. */
function missingObject(
  subject: PodSubject,
  text: string,
): { trouble: Trouble; message: string; hint: string } | undefined {
  const pod = podName(subject);
  const namespace = subject.pod.metadata?.namespace ?? 'default';
  for (const { kind, pattern, trouble } of objects) {
    const name = pattern.exec(text)?.[1];
    if (name === undefined) continue;
    return {
      trouble,
      message: `${kind} "${name}", which pod "${pod}" needs, does not exist in namespace "${namespace}"`,
      hint: `create it there (\`kubectl create ${kind.toLowerCase()} …\`), or name another one in the Kubernetes options`,
    };
  }
  const key = /couldn't find key (\S+) in (Secret|ConfigMap) (\S+)/.exec(text) ?? missingFile(text);
  if (!key) return undefined;
  const [, wanted, kind, place] = key;
  return {
    trouble: 'key-missing',
    message: `${kind} "${place?.split('/').at(-1)}", which pod "${pod}" needs, has no key "${wanted}"`,
    hint: `add the key, or name one that it has; \`kubectl describe ${kind?.toLowerCase()}\` lists them`,
  };
}

function missingFile(text: string): [string, string, string, string] | undefined {
  const match = /references non-existent (secret|config) key: (\S+)/.exec(text);
  if (!match) return undefined;
  const volume = quoted(text) ?? '';
  return ['', match[2] ?? '', match[1] === 'secret' ? 'Secret' : 'ConfigMap', volume];
}

/** A volume that does not get ready, or a sandbox that cannot be made; both are tried again by the node. */
export function findVolumeTrouble(subject: PodSubject): Diagnosis | undefined {
  if (subject.pod.status?.phase !== 'Pending' || started(subject)) return undefined;
  const { now, pendingSeconds } = subject.patience;
  const mount = warningOf(subject, 'FailedMount', 'FailedAttachVolume', 'FailedMapVolume');
  if (mount) {
    const text = mount.message ?? '';
    const missing = missingObject(subject, text);
    const { trouble, message, hint } = missing ?? {
      trouble: 'volume' as const,
      message: `volume "${quoted(text) ?? 'of the pod'}" of pod "${podName(subject)}" cannot be mounted: ${text}`,
      hint: 'check that the claim is bound, that its storage works, and that the node may mount it',
    };
    const found = {
      trouble,
      error: podConfigInvalid(message, { hint, details: { trouble, message: text } }).toJSON(),
    };
    // a Secret is often created a moment after the pod that wants it: what counts is that the node misses it again later
    const isMissedAgain = lastSeen(mount) - firstSeen(mount) >= missingGraceSeconds * 1000;
    const seconds = missing && isMissedAgain ? Math.min(missingGraceSeconds, pendingSeconds) : pendingSeconds;
    return waitOrFail(found, { since: missing ? firstSeen(mount) : scheduledAt(subject), seconds, now });
  }
  return sandboxTrouble(subject);
}

const missingGraceSeconds = 3;

function sandboxTrouble(subject: PodSubject): Diagnosis | undefined {
  const event = warningOf(subject, 'FailedCreatePodSandBox', 'NetworkNotReady');
  if (!event) return undefined;
  const message = `node "${subject.pod.spec?.nodeName}" cannot make a place for pod "${podName(subject)}": ${event.message}`;
  const error = podNotStarted(message, {
    hint: "the node's network or container runtime is not well: see `kubectl describe node`",
    details: { trouble: 'sandbox', message: event.message },
  }).toJSON();
  const { now, pendingSeconds } = subject.patience;
  return waitOrFail(
    { trouble: 'sandbox', error },
    { since: scheduledAt(subject), seconds: pendingSeconds, now },
  );
}

/** Whether any container got further than waiting. */
function started(subject: PodSubject): boolean {
  return containersOf(subject).some(
    ({ state }) => state?.running !== undefined || state?.terminated !== undefined,
  );
}
