import { processEngine } from './engines/process.ts';
import { testEngine } from './test-engine.ts';

testEngine(processEngine);
