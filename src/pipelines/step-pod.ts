import { startStepPod } from './argo/pod/start-step-pod.ts';

void startStepPod();
