import { argoEngine } from './engines/argo.ts';
import { testEngine } from './test-engine.ts';

testEngine(argoEngine);
