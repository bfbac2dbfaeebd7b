import { poolEngine } from './engines/pool.ts';
import { testEngine } from './test-engine.ts';

testEngine(poolEngine);
