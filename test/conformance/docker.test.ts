import { dockerEngine } from './engines/docker.ts';
import { testEngine } from './test-engine.ts';

testEngine(dockerEngine);
