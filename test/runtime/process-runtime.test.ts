import { createProcessRuntime } from '../../src/runtime/process/process-runtime.ts';
import { testRuntime } from '../contract/runtime.ts';

testRuntime('process', () => createProcessRuntime({ isolation: 'fresh' }), { isolated: true });
