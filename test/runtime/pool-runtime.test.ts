import { createProcessRuntime } from '../../src/runtime/process/process-runtime.ts';
import { testRuntime } from '../contract/runtime.ts';

testRuntime('pooled process', () => createProcessRuntime({ isolation: 'pool', poolSize: 2 }), {
  isolated: true,
});
