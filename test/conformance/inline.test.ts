import { inlineEngine } from './engines/inline.ts';
import { testEngine } from './test-engine.ts';

testEngine(inlineEngine);
