/** Exit code of a container that was killed. */
export const killedExitCode = 137;

/** How the pod before this one in the same task ended, as Argo tells it: its phase and its exit code. */
export const lastPodVariableName = 'SLIPWAY_LAST_POD';

/** Whether that one was killed for its memory: of pods that ended by themselves only those killed so are followed by another. */
export function wasOutOfMemory(lastPod: string | undefined): boolean {
  return lastPod === `Failed ${killedExitCode}`;
}
