import type { ErrorRecord } from '../../../core/error.ts';
import { orderSteps } from '../../../pipelines/plan/order-steps.ts';
import type { RunRecord } from '../../../tracking/run.ts';
import type { SendRequest } from './send-result.ts';

/** What a webhook gets, as docs/schema/notification.json describes it. */
export function webhookBody(name: string, request: SendRequest, record: RunRecord): object {
  const { title, text } = request;
  return {
    apiVersion: 'slipway/v1',
    kind: 'RunNotification',
    notification: name,
    state: record.state,
    title,
    message: text,
    run: runPart(record),
  };
}

function runPart(record: RunRecord): object {
  const { uid, name, project, kind, state, params, results, metrics, labels, error, reason } = record;
  const { createdAt, startedAt = null, endedAt = null } = record;
  return {
    ...{ uid, name, project, kind, state, params, results, metrics, labels, createdAt, startedAt, endedAt },
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error: shortError(error) }),
    ...(record.bestIteration === undefined ? {} : { bestIteration: record.bestIteration }),
    ...(record.failedIterations === undefined ? {} : { failedIterations: record.failedIterations }),
    ...(record.steps === undefined ? {} : { steps: orderSteps(record.steps).map(stepPart) }),
  };
}

const stepPart = ({ id, state, cached, error }: NonNullable<RunRecord['steps']>[number]): object => ({
  id,
  state,
  cached,
  ...(error === undefined ? {} : { error: shortError(error) }),
});

/** Without stack and source: those are for who can see the run. */
const shortError = ({ code, message, hint }: ErrorRecord): object => ({
  code,
  message,
  ...(hint === undefined ? {} : { hint }),
});
