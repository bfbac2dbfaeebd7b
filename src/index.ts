/**
 * Slipway's public API for notebooks, scripts and pipeline files.
 *
 * @packageDocumentation
 */

import './register-api.ts';

export {
  type ArgsOf,
  codeToFunction,
  type FunctionTypes,
  type ResultsOfName,
  type SourceOptions,
} from './code-to-function.ts';
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
export { createTable } from './data/create-table.ts';
export type { DataItem, DataStat } from './data/data-item.ts';
export { predictTable } from './data/predict.ts';
export type {
  FeatureEncoding,
  LinearPredictor,
  NearestNeighboursPredictor,
  Prediction,
  Predictor,
  TreeEnsemblePredictor,
  TreeNodes,
} from './data/predictor.ts';
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
export type { FunctionHandle, Hyperparams, RunOptions, RunResults, SweepOptions } from './function-handle.ts';
export { importFunction } from './import-function.ts';
export { openData } from './open-data.ts';
export {
  type PipelineHandle,
  type PipelineRunHandle,
  type PipelineRunOptions,
  type PipelineValues,
  pipeline,
} from './pipeline-handle.ts';
export { loadProject, type ProjectHandle } from './project-handle.ts';
export type { RunHandle } from './run-handle.ts';
export type { ChildContext, Context, Handler, Logger } from './runtime/context.ts';
export { getOrCreateContext } from './runtime/get-or-create-context.ts';
