import { createInlineRuntime } from '../../src/runtime/inline/inline-runtime.ts';
import { testRuntime } from '../contract/runtime.ts';

testRuntime('inline', createInlineRuntime);
