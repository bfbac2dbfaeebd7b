import { addStep } from '../../../src/pipelines/dsl/add-step.ts';
import { packaged } from './packaged.ts';

// biome-ignore lint/suspicious/noExplicitAny: as untyped as a function whose types are not known
type UntypedStep = (args?: Record<string, unknown>) => any;

const any = packaged('any', { parameters: [], acceptsUnknown: true });

/** Adds a step of a function that takes and gives whatever a test wants. */
export const call =
  (id: string): UntypedStep =>
  (args = {}) =>
    addStep({ function: any, id, arguments: args });
