import { mixedEngine } from './engines/mixed.ts';
import { testEngine } from './test-engine.ts';

testEngine(mixedEngine);
