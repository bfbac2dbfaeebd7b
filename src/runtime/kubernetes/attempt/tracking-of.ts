import { readFileSync } from 'node:fs';
import type { TrackingRoute } from '../../tracking-route.ts';
import type { AttemptPlan } from '../manifest/render-attempt.ts';

/** What pods are told of a route. */
export function trackingOf({ url, token, caFile, outlivesProcess }: TrackingRoute): AttemptPlan['tracking'] {
  return {
    url,
    token,
    ...(caFile ? { certificates: readFileSync(caFile, 'utf8') } : {}),
    ...(outlivesProcess ? {} : { moves: true }),
  };
}
