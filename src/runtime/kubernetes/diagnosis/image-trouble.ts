import type { ContainerStatus } from '../api/objects.ts';
import { podImageUnavailable } from '../errors.ts';
import { type Diagnosis, type Trouble, waitOrFail } from './diagnosis.ts';
import { containersOf, type PodSubject, podName, scheduledAt, warningOf } from './pod-subject.ts';

const waitingReasons = [
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
  'ImageInspectError',
  'SignatureValidationFailed',
];

/** An image that cannot be had: for good, or so far. */
export function findImageTrouble(subject: PodSubject): Diagnosis | undefined {
  const container = containersOf(subject).find(({ state }) =>
    waitingReasons.includes(state?.waiting?.reason ?? ''),
  );
  if (!container) return undefined;
  const text = pullMessage(subject, container);
  // a name may hold what looks like a status
  const kind = classify(
    container.state?.waiting?.reason ?? '',
    text.replaceAll(askedImage(subject, container), ''),
  );
  const found = { trouble: kind.trouble, error: imageError(subject, container, { ...kind, text }) };
  if (kind.final) return { ...found, verdict: 'fail' };
  const { now, imagePullSeconds } = subject.patience;
  return waitOrFail(found, { since: scheduledAt(subject), seconds: imagePullSeconds, now });
}

/** A back-off says little itself; what went wrong is in the event before it. */
function pullMessage(subject: PodSubject, { state, image = '' }: ContainerStatus): string {
  const own = state?.waiting?.message ?? '';
  const failed = subject.events.filter(
    ({ reason, message = '' }) => reason === 'Failed' && message.includes(image),
  );
  const pulled = failed
    .map(({ message = '' }) => message)
    .find((message) => message.startsWith('Failed to pull'));
  const inspected = warningOf(subject, 'InspectFailed')?.message;
  return [own, pulled ?? inspected].filter(Boolean).join('\n');
}

interface ImageTrouble {
  readonly trouble: Trouble;
  /** Whether waiting cannot help. */
  readonly final: boolean;
  readonly what: string;
  readonly hint: string;
}

function classify(reason: string, text: string): ImageTrouble {
  if (reason === 'InvalidImageName' || /couldn't parse image name|invalid reference format/i.test(text))
    return {
      trouble: 'image-name-invalid',
      final: true,
      what: 'is no name of an image',
      hint: 'write it as registry/repository@sha256:…, in lower case',
    };
  if (reason === 'ErrImageNeverPull')
    return {
      trouble: 'image-not-local',
      final: true,
      what: 'is not on the node, and may not be pulled',
      hint: 'put it on every node, or leave out `imagePullPolicy: Never`',
    };
  // registries that keep secrets say "denied … or may require authorization" for what does not exist, too
  if (/unauthorized|authentication required|denied|forbidden|no basic auth|\b40[13]\b/i.test(text))
    return {
      trouble: 'image-unauthorized',
      final: true,
      what: 'may not be pulled: its registry refuses the credentials of the cluster, or wants some',
      hint: 'name a Secret with credentials in `imagePullSecrets`, and check that the repository exists',
    };
  if (/not found|manifest unknown|no such manifest|name unknown|\b404\b/i.test(text))
    return {
      trouble: 'image-not-found',
      final: true,
      what: 'does not exist in its registry',
      hint: 'check repository, tag and digest, and that it was pushed to the registry that the cluster pulls from',
    };
  return {
    trouble: 'image-pull',
    final: false,
    what: 'cannot be pulled',
    hint: "check that the cluster's nodes reach the registry and trust its certificate",
  };
}

function imageError(
  subject: PodSubject,
  container: ContainerStatus,
  { what, hint, text, trouble }: ImageTrouble & { readonly text: string },
): Diagnosis['error'] {
  const asked = askedImage(subject, container);
  return podImageUnavailable(`image "${asked}" of pod "${podName(subject)}" ${what}${because(text)}`, {
    hint,
    details: { trouble, image: asked, message: text },
  }).toJSON();
}

/** As the pod names it; its status may name it in full. */
function askedImage({ pod }: PodSubject, { name, image = '' }: ContainerStatus): string {
  const specs = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return specs.find((spec) => spec.name === name)?.image ?? image;
}

/** The end of the chain that a container runtime reports says what happened. */
function because(text: string): string {
  const [line = ''] = text.split('\n');
  const cause = line
    .replace(/^Back-off pulling image "[^"]*"(: ErrImagePull: )?/, '')
    .split(/failed to resolve reference "[^"]*": |failed to do request: /)
    .at(-1);
  return cause ? `: ${cause}` : '';
}
