import type { Json } from '../core/json.ts';
import type { ImageRecipe } from '../functions/image/image-request.ts';
import type { CachePolicy, StepOptions } from '../pipelines/plan/plan.ts';
import type { KubernetesOptions } from '../runtime/kubernetes/manifest/kubernetes-options.ts';
import type { NamedNotification } from './notifications/notification-entry.ts';
import type { ScheduleEntry } from './schedules/schedule-entry.ts';

/** `project.yaml`, validated; paths are relative to the file. */
export interface ProjectSpec {
  readonly name: string;
  readonly description?: string;
  readonly params?: Readonly<Record<string, Json>>;
  readonly functions?: readonly FunctionEntry[];
  readonly pipelines?: readonly PipelineEntry[];
  readonly artifacts?: readonly { readonly key: string; readonly path: string; readonly kind?: string }[];
  readonly source?: string;
  /** Default runtime of the project's runs. */
  readonly runtime?: string;
  /** A ready image that runs use, by name; or how images of the project's functions are built. */
  readonly image?: string | ImageSettings;
  readonly cache?: CachePolicy;
  /** Server that keeps the runs. @default the store in `.slipway` */
  readonly tracking?: ProjectTracking;
  /** How runs of the project look on a cluster. */
  readonly kubernetes?: KubernetesOptions;
  readonly secrets?: readonly string[];
  readonly schedules?: readonly ScheduleEntry[];
  /** Tell of every run, sweep and pipeline run of the project. */
  readonly notifications?: readonly NamedNotification[];
  readonly gates?: readonly Readonly<Record<string, Json>>[];
}

/** The tracking server of a project. */
export interface ProjectTracking {
  /** `http://host:port` */
  readonly url: string;
  /** The same server as pods of a cluster reach it. @default url */
  readonly podUrl?: string;
  /** File below project.yaml that holds the token. @default SLIPWAY_TRACKING_TOKEN, or the file SLIPWAY_TRACKING_TOKEN_FILE */
  readonly tokenFile?: string;
}

/** How images of a project's functions are built. */
export interface ImageSettings extends ImageRecipe {
  /** `registry/name` that images are pushed under, `{function}` standing for the function's name. */
  readonly name?: string;
}

export interface FunctionEntry {
  readonly name: string;
  /** Notebook, .ts file, function.yaml, or `hub://name[:version]`. */
  readonly source: string;
  readonly handler?: string;
  readonly options?: StepOptions;
}

export interface PipelineEntry {
  readonly name: string;
  readonly file: string;
  /** Exported pipeline in the file; default export unless given. */
  readonly export?: string;
  readonly params?: Readonly<Record<string, Json>>;
  readonly onFailure?: 'stop' | 'continue';
}

/** A project as the rest of the code sees it. */
export interface Project {
  readonly name: string;
  /** Folder with project.yaml, or the current folder for the project `default`. */
  readonly root: string;
  /** `.slipway` there, or SLIPWAY_HOME. */
  readonly storeDirectory: string;
  readonly spec: ProjectSpec;
  readonly file?: string;
}
