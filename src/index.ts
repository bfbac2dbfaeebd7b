/**
 * Slipway's public API for notebooks, scripts and pipeline files.
 *
 * @packageDocumentation
 */

import './register-api.ts';
import { setUpKernel } from './set-up-kernel.ts';

setUpKernel();

export type { Known, UntypedFunction } from './code-to-function.ts';
export {
  type ArgsOf,
  codeToFunction,
  type FunctionTypes,
  type ResultsOfName,
  type SourceOptions,
} from './code-to-function.ts';
export type { ErrorOptions } from './core/error.ts';
export {
  type ErrorKind,
  type ErrorRecord,
  isSlipwayError,
  SlipwayError,
  type SourceLocation,
} from './core/error.ts';
export type { Json, JsonObject } from './core/json.ts';
export type {
  Artifact,
  Dataset,
  FileContent,
  LogArtifactOptions,
  LogDatasetOptions,
  LogModelOptions,
  Model,
  ModelManifest,
  ModelSignature,
  PlotContent,
  TableLike,
} from './data/artifact.ts';
export type { ColumnSource, CreateTableOptions } from './data/create-table.ts';
export { createTable } from './data/create-table.ts';
export type { DataItem, DataStat } from './data/data-item.ts';
export type { LineageOptions } from './data/lineage.ts';
export type { LineageEdge, LineageGraph, LineageNode } from './data/lineage-graph.ts';
export { predictTable } from './data/predict.ts';
export type {
  FeatureEncoding,
  LinearPredictor,
  NearestNeighboursPredictor,
  Prediction,
  Predictor,
  PredictorBase,
  TreeEnsemblePredictor,
  TreeNodes,
} from './data/predictor.ts';
export type { ColumnProfile, ProfileOptions, TableProfile } from './data/profile-table.ts';
export { profileTable } from './data/profile-table.ts';
export type {
  ColumnSchema,
  ColumnType,
  ReadTableOptions,
  Row,
  Table,
  TableFormat,
  Value,
} from './data/table.ts';
export type { ArrowTableLike } from './data/tables/arrow-columns.ts';
export type { Histogram, NumberSummary } from './data/tables/number-summary.ts';
export type {
  FunctionDoc,
  FunctionHandle,
  Hyperparams,
  RunOptions,
  RunResults,
  SweepOptions,
} from './function-handle.ts';
export type {
  BundleManifest,
  FunctionImageReference,
  FunctionSpec,
  HandlerSpec,
  PackageReport,
  ParameterSpec,
  ResultSpec,
  TypeSchema,
} from './functions/function-spec.ts';
export type { ImageRecipe, LayerReport } from './functions/image/image-request.ts';
export type { HubFunctions } from './hub/catalog-types.ts';
export type { BuildOptions, ImageHandle } from './image-handle.ts';
export type { ArgsOfReference, HubName, ResultsOfReference } from './import-function.ts';
export { importFunction } from './import-function.ts';
export { notebookFunction } from './notebook-function.ts';
export type { RunsTableOptions } from './notebooks/display/compare/runs-table.ts';
export { openData } from './open-data.ts';
export {
  type PipelineHandle,
  type PipelineRunHandle,
  type PipelineRunOptions,
  type PipelineValues,
  pipeline,
} from './pipeline-handle.ts';
export type { PlanOptions } from './pipelines/dsl/build-plan.ts';
export {
  and,
  type Comparable,
  type Condition,
  eq,
  gt,
  gte,
  lt,
  lte,
  ne,
  not,
  or,
} from './pipelines/dsl/condition.ts';
export type { MapOptions, MapPosition } from './pipelines/dsl/map-draft.ts';
export type {
  ItemOf,
  ItemOfValue,
  Mappable,
  Mapped,
  MappedColumns,
  MappedEntry,
  MappedRow,
  MappedRows,
  PortableValue,
  ReferredValue,
  Refused,
} from './pipelines/dsl/mapped-reference.ts';
export type {
  NestedArguments,
  NestedOptions,
  Pipeline,
  PipelineBody,
  PipelineContext,
  PipelineOptions,
  WhenResult,
} from './pipelines/dsl/pipeline.ts';
export type {
  AnyFunction,
  EntryOf,
  InputArgs,
  InputKeys,
  IsAny,
  IsInput,
  KeysOf,
  Leaf,
  LoggedArtifact,
  NestedArgument,
  NotPassable,
  ParamArgs,
  PropertyReferences,
  Reference,
  ReferenceTo,
  StepArgument,
  StepArguments,
  StepHandle,
  StepOutputs,
  StepReference,
  Untyped,
} from './pipelines/dsl/reference.ts';
export type { PipelineEvent, StepChange } from './pipelines/pipeline-event.ts';
export type {
  CachePolicy,
  PipelineStatus,
  Plan,
  PlanCondition,
  PlanFunction,
  PlanMap,
  PlanStep,
  PlanValue,
  PrunedStep,
  StepOptions,
} from './pipelines/plan/plan.ts';
export type { PipelineSignature } from './pipelines/source/read-parameters.ts';
export { loadProject, type ProjectHandle, type RunList } from './project-handle.ts';
export type {
  ConsoleNotification,
  MailNotification,
  NamedNotification,
  NotificationBase,
  NotificationEntry,
  NotificationMoment,
  SlackNotification,
  WebhookNotification,
} from './projects/notifications/notification-entry.ts';
export type {
  FunctionEntry,
  ImageSettings,
  PipelineEntry,
  ProjectSpec,
  ProjectTracking,
} from './projects/project-spec.ts';
export type { ScheduleEntry } from './projects/schedules/schedule-entry.ts';
export type { RunHandle } from './run-handle.ts';
export type { ChildContext, Context, Handler, Logger } from './runtime/context.ts';
export type { ContextRequest, ScriptContext } from './runtime/get-or-create-context.ts';
export type { Resources, RetryPolicy } from './runtime/job.ts';
export type {
  FieldPatch,
  JobPatch,
  NamedPatch,
  PatchValue,
  PodPatch,
} from './runtime/kubernetes/manifest/job-patch.ts';
export type {
  EnvironmentSource,
  KeyReference,
  KubernetesOptions,
  PreemptibleNodes,
  ResourceAmounts,
} from './runtime/kubernetes/manifest/kubernetes-options.ts';
export type { KubernetesVolume, VolumeMount } from './runtime/kubernetes/manifest/kubernetes-volume.ts';
export type {
  Affinity,
  NodeAffinity,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  SecurityOptions,
  SelectorRequirement,
  Toleration,
} from './runtime/kubernetes/manifest/pod-placement.ts';
export type { LogChunk } from './runtime/runtime.ts';
export { getOrCreateContext } from './script-context.ts';
export { type Showable, type ShowOptions, show } from './show.ts';
export type { GitState, RunEnvironment } from './tracking/journal-event.ts';
export type { ResumePolicy } from './tracking/resume-run.ts';
export type {
  ArtifactKind,
  ArtifactRecord,
  ClusterPlace,
  FunctionReference,
  InputRecord,
  IterationRecord,
  NotificationDelivery,
  RunKind,
  RunRecord,
  RunState,
  StepRecord,
} from './tracking/run.ts';
export type { ArtifactQuery, ArtifactRow, MetricPoint, RunQuery } from './tracking/store.ts';
export type { SweepSpec } from './tuning/sweep.ts';
