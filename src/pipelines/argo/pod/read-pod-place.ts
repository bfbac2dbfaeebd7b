import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type AgentPlace, agentVariables, findAgentPlace } from '../../../runtime/agent/agent-place.ts';
import { secretFilePrefix } from '../../../runtime/agent/delivery-files.ts';
import { deliveryInvalid } from '../../../runtime/agent/errors.ts';
import type { Plan } from '../../plan/plan.ts';
import { lastPodVariableName, wasOutOfMemory } from '../last-pod.ts';
import { isPlanPart, type PodContext, planFiles } from '../pod-context.ts';
import { type PodTask, parsePodTask } from '../pod-task.ts';
import { workflowRunUid } from '../step-run-uid.ts';

/** Everything that a pod of a workflow is started with. */
export interface PodPlace {
  readonly agent: AgentPlace;
  readonly task: PodTask;
  readonly plan: Plan;
  readonly context: PodContext;
  /** uid of the pipeline's run. */
  readonly pipelineRun: string;
  /** Whether nobody follows the workflow: its pods keep the record of the pipeline's run. */
  readonly isAlone: boolean;
  /** `namespace/name` of its workflow, where nobody follows it. */
  readonly workflow?: string;
  /** When Argo ends the workflow, where nobody follows it who would. */
  readonly deadline?: WorkflowDeadline;
  /** Whether the pod before this one in the same task was killed as a whole for its memory. */
  readonly isAfterMemory: boolean;
  readSecret(name: string): string;
}

export interface WorkflowDeadline {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds that the pipeline was given. */
  readonly timeoutMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws DELIVERY_INVALID, INVALID_SERVER_ADDRESS */
export function readPodPlace(args: readonly string[], env: Environment): PodPlace {
  const agent = findAgentPlace(env);
  const { deliveryFolder } = agent;
  const [what = '', at = '', tell = ''] = args;
  try {
    const texts = readPlanTexts(deliveryFolder);
    return {
      agent,
      task: parsePodTask({ do: what, at, tell }),
      plan: JSON.parse(texts[planFiles.plan] ?? '') as Plan,
      context: JSON.parse(texts[planFiles.context] ?? '') as PodContext,
      ...pipelineRunOf(env),
      isAfterMemory: wasOutOfMemory(env[lastPodVariableName]),
      readSecret: (name) => readFileSync(path.join(deliveryFolder, `${secretFilePrefix}${name}`), 'utf8'),
    };
  } catch (cause) {
    throw deliveryInvalid(
      `"${deliveryFolder}" does not hold what a step needs: ${(cause as Error).message}`,
      {
        hint: 'the program of pods is started by a compiled workflow, whose ConfigMap is mounted there',
        cause,
      },
    );
  }
}

/** The texts of the plan's files, in whatever form they are brought. */
function readPlanTexts(folder: string): Readonly<Record<string, string>> {
  const parts = readdirSync(folder).filter(isPlanPart).sort();
  if (parts.length > 0) {
    const whole = Buffer.concat(parts.map((name) => readFileSync(path.join(folder, name))));
    return JSON.parse(gunzipSync(whole).toString('utf8')) as Record<string, string>;
  }
  const names = Object.values(planFiles);
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
}

function pipelineRunOf(
  env: Environment,
): Pick<PodPlace, 'pipelineRun' | 'isAlone' | 'workflow' | 'deadline'> {
  const { SLIPWAY_RUN: run, SLIPWAY_WORKFLOW: uid, SLIPWAY_WORKFLOW_TIME: seconds } = env;
  if (run) return { pipelineRun: run, isAlone: false };
  const { SLIPWAY_WORKFLOW_NAME: workflow, SLIPWAY_WORKFLOW_TIMEOUT: timeout } = env;
  const timeoutMs = Number(timeout);
  if (uid && seconds)
    return {
      pipelineRun: workflowRunUid(uid, Number(seconds)),
      isAlone: true,
      ...(workflow === undefined ? {} : { workflow }),
      ...(timeout ? { deadline: { timeoutMs, at: Number(seconds) * 1000 + timeoutMs } } : {}),
    };
  throw new TypeError('neither SLIPWAY_RUN nor SLIPWAY_WORKFLOW is set');
}

/** The environment of user code: that of the pod without what is the agent's. */
export function userEnvironment(env: Environment): Record<string, string | undefined> {
  const own = new Set<string>([
    ...agentVariables,
    'SLIPWAY_RUN',
    'SLIPWAY_WORKFLOW',
    'SLIPWAY_WORKFLOW_NAME',
    'SLIPWAY_WORKFLOW_TIME',
    'SLIPWAY_WORKFLOW_TIMEOUT',
    'SLIPWAY_WORKFLOW_SCHEDULED',
    lastPodVariableName,
  ]);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.has(name)));
}
