import type { Json } from '../core/json.ts';
import type { ImageRecipe } from '../functions/image/image-request.ts';
import type { CachePolicy, StepOptions } from '../pipelines/plan/plan.ts';

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
  readonly secrets?: readonly string[];
  readonly schedules?: readonly {
    readonly pipeline: string;
    readonly cron: string;
    readonly timezone?: string;
    readonly params?: Readonly<Record<string, Json>>;
  }[];
  readonly notifications?: readonly Readonly<Record<string, Json>>[];
  readonly gates?: readonly Readonly<Record<string, Json>>[];
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
