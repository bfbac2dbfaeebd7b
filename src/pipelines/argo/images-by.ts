import { internalError } from '../../core/errors.ts';
import type { PlanStep } from '../plan/plan.ts';

/** Images by id of the step as the compiler asks for them: of a pod without one Argo would say no more than that it is not valid. */
export function imagesBy(images: ReadonlyMap<string, string>): (step: PlanStep) => string {
  return ({ id }) => {
    const image = images.get(id);
    if (!image) throw internalError(`a pod is to be made of step "${id}", which has no image`);
    return image;
  };
}
