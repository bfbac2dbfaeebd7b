import type { Plan } from '../plan/plan.ts';
import { workflowLabels } from './compile/workflow-labels.ts';
import { compileSpec, distinctName } from './compile-argo.ts';
import type { ArgoOptions } from './compile-options.ts';
import { clusterScheduleLabel } from './step-record.ts';
import type { CronWorkflow, WorkflowTemplate } from './workflow.ts';

/** When a pipeline runs by itself. */
export interface ArgoSchedule {
  readonly name: string;
  /** Five fields, as in crontab. */
  readonly cron: string;
  /** IANA name. @default the controller's, mostly UTC */
  readonly timezone?: string;
  /** What happens when the run before has not ended. */
  readonly concurrencyPolicy: 'Allow' | 'Forbid' | 'Replace';
  readonly suspend: boolean;
  /** How late a time may still be started. @default a time that was missed is not made up for */
  readonly startingDeadlineSeconds?: number;
}

type Scheduled = Omit<ArgoOptions, 'run' | 'name'>;

/** A pipeline on a schedule that the cluster keeps: each run has a record of its own, which its pods keep. */
export function compileSchedule(plan: Plan, schedule: ArgoSchedule, options: Scheduled): CronWorkflow {
  const { name, labels } = scheduleObject(plan, schedule);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'CronWorkflow',
    metadata: {
      name,
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
      labels,
    },
    spec: {
      schedules: [schedule.cron],
      ...(schedule.timezone === undefined ? {} : { timezone: schedule.timezone }),
      concurrencyPolicy: schedule.concurrencyPolicy,
      ...(schedule.startingDeadlineSeconds === undefined
        ? {}
        : { startingDeadlineSeconds: schedule.startingDeadlineSeconds }),
      suspend: schedule.suspend,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      workflowMetadata: { labels, annotations: { 'slipway.run/name': plan.metadata.name } },
      workflowSpec: compileSpec(plan, options),
    },
  };
}

/** Name and labels of the CronWorkflow that keeps a schedule of a pipeline. */
export function scheduleObject(
  plan: Plan,
  { name }: Pick<ArgoSchedule, 'name'>,
): { readonly name: string; readonly labels: Readonly<Record<string, string>> } {
  return {
    name: distinctName(`${plan.metadata.name}-${name}`),
    labels: { ...workflowLabels(plan, {}), [clusterScheduleLabel]: name },
  };
}

/** A pipeline to be started from Argo's own pages and commands, with a record of its own each time. */
export function compileTemplate(plan: Plan, options: Scheduled): WorkflowTemplate {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTemplate',
    metadata: {
      name: distinctName(plan.metadata.name),
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
      labels: workflowLabels(plan, {}),
    },
    spec: compileSpec(plan, options),
  };
}
