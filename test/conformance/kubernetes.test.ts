import { kubernetesEngine } from './engines/kubernetes.ts';
import { testEngine } from './test-engine.ts';

testEngine(kubernetesEngine);
