import { gzipSync } from 'node:zlib';
import { toJson } from '../../core/json.ts';
import { canonicalPlan } from '../plan/digest-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { type DeliveryTarget, deliveryMetadata, mostBytes } from './delivery-target.ts';
import { deliveryTooLarge } from './errors.ts';
import { type PodContext, planFiles, planPart } from './pod-context.ts';

/** ConfigMaps that one plan is dealt out over at most. */
const mostParts = 16;

/**
 * The ConfigMaps from which the pods of a workflow know their plan: one that can be read, for a plan that is more than it holds several
 * with the compressed text in parts. They hold nothing of this machine and no secrets. Pure, and the same for equal plans.
 * @throws DELIVERY_TOO_LARGE
 */
export function renderPlanDelivery(
  plan: Plan,
  context: PodContext,
  target: DeliveryTarget,
): readonly object[] {
  const texts = {
    [planFiles.plan]: JSON.stringify(canonicalPlan(plan)),
    [planFiles.context]: JSON.stringify(toJson(context)),
  };
  const size = Object.values(texts).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (size <= mostBytes) return [configMap(target, { data: texts })];
  const whole = gzipSync(JSON.stringify(texts));
  const count = Math.ceil(whole.length / mostBytes);
  if (count > mostParts) throw tooLarge(plan, size, whole.length);
  return Array.from({ length: count }, (_, index) =>
    configMap(
      { ...target, name: deliveryPart(target.name, index) },
      {
        binaryData: {
          [planPart(index)]: whole.subarray(index * mostBytes, (index + 1) * mostBytes).toString('base64'),
        },
      },
    ),
  );
}

/** Name of a ConfigMap of a plan; the first is called as all of them. */
export function deliveryPart(name: string, index: number): string {
  return index === 0 ? name : `${name}-part-${index + 1}`;
}

function configMap(target: DeliveryTarget, content: object): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: deliveryMetadata(target), ...content };
}

function tooLarge({ metadata: { name } }: Plan, size: number, compressed: number): Error {
  const kib = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;
  return deliveryTooLarge(
    `the plan of the pipeline "${name}" takes ${kib(size)}, compressed ${kib(compressed)}; ${mostParts} ConfigMaps hold ${Math.floor((mostParts * mostBytes) / 1024)} KiB`,
    { hint: 'pass data to steps as artifacts rather than as literal arguments, or split the pipeline' },
  );
}
