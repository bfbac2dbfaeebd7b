import type { Json } from '../core/json.ts';

/** JSON Schema (draft 2020-12 subset) of one parameter's type. */
export type TypeSchema = { readonly [keyword: string]: Json };

/** One property of a handler's second argument. */
export interface ParameterSpec {
  readonly name: string;
  /** `input` for DataItem, Dataset and Model, which are given as URL or artifact; `param` for everything else. */
  readonly role: 'param' | 'input';
  /** The type as written: `number`, `'gini' | 'entropy'`, `DataItem`. Absent where none was written. */
  readonly typeText?: string;
  /** Absent for an untyped parameter: anything goes. */
  readonly schema?: TypeSchema;
  readonly required: boolean;
  /** Literal defaults as values (negative numbers, arrays and objects included); others as `defaultText` only. */
  readonly default?: Json;
  readonly defaultText?: string;
  readonly doc?: string;
}

export interface ResultSpec {
  readonly name: string;
  readonly typeText?: string;
  readonly role: 'result' | 'artifact';
  readonly doc?: string;
}

/** The contract of one handler: what its signature and JSDoc say. */
export interface HandlerSpec {
  readonly name: string;
  readonly doc?: string;
  readonly parameters: readonly ParameterSpec[];
  /** Entries of the returned object, as far as the source tells. */
  readonly results: readonly ResultSpec[];
  readonly returnsDoc?: string;
  /** Whether names beyond `parameters` are accepted (`...rest`, index signature, or an untyped second argument). */
  readonly acceptsUnknown: boolean;
  readonly source?: {
    readonly notebook?: string;
    readonly file?: string;
    readonly cell?: number;
    readonly line: number;
  };
}

/** A packaged function, as `function.yaml` holds it. */
export interface FunctionSpec {
  readonly apiVersion: 'slipway/v1';
  readonly kind: 'Function';
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly description?: string;
    /** Hub items: semver. */
    readonly version?: string;
    readonly categories?: readonly string[];
  };
  readonly spec: {
    readonly handlers: Readonly<Record<string, HandlerSpec>>;
    readonly defaultHandler: string;
    /** Digest of the bundle: comments, formatting, outputs and timestamps do not change it, a handler's own JSDoc does. */
    readonly digest: string;
    readonly bundle?: BundleManifest;
    /** The bundle's files as text, so that an exported function.yaml is complete in itself. */
    readonly files?: Readonly<Record<string, string>>;
    /** Where it came from: notebook or file (relative to the project), `hub://name:version`. */
    readonly source?: string;
    readonly returns?: Readonly<Record<string, 'result' | 'dataset' | 'model' | 'plot' | 'file'>>;
    /** How its runs look on a cluster (`KubernetesOptions`), where the call does not say otherwise. */
    readonly kubernetes?: { readonly [option: string]: Json };
    /** The image that was built of it. */
    readonly image?: FunctionImageReference;
  };
}

/** The image of a function, as `function.yaml` names it. */
export interface FunctionImageReference {
  /** Digest of its manifest. */
  readonly digest: string;
  /** `linux/amd64` */
  readonly platform: string;
  /** What it was built on, and the digest that this had. */
  readonly base: { readonly reference: string; readonly digest: string };
  /** `registry/name@sha256:…`, once it was pushed. */
  readonly reference?: string;
}

/** `manifest.json` beside `main.mjs` and `main.mjs.map`. */
export interface BundleManifest {
  readonly apiVersion: 'slipway/v1';
  readonly digest: string;
  readonly handlers: readonly string[];
  /** Packages left out of the bundle (native, or forced), at the exact versions that are installed. */
  readonly externals: Readonly<Record<string, string>>;
  /** Packages bundled in, at their exact versions: `1.0.0`, or `1.0.0, 2.3.4` where the code has two of one. */
  readonly packages: Readonly<Record<string, string>>;
  /** Whether the code imports values (not only types) from `slipway`; the runner provides them. */
  readonly needsApi: boolean;
  /** Bytes of main.mjs. */
  readonly size: number;
  readonly target: string;
  readonly esbuild: string;
}

/** A bundle on disk: `directory` holds main.mjs, main.mjs.map and manifest.json. */
export interface Bundle {
  readonly directory: string;
  readonly digest: string;
  readonly manifest: BundleManifest;
}

/** What packaging did, for the report: cells or files taken, statements left out, packages, size, warnings. */
export interface PackageReport {
  readonly source: string;
  readonly included: readonly {
    readonly cell?: number;
    readonly file?: string;
    readonly statements: number;
    /** Where it is a cell: its first line that is not empty. */
    readonly firstLine?: string;
  }[];
  readonly dropped: readonly {
    readonly cell?: number;
    readonly line: number;
    readonly text: string;
    readonly reason: string;
  }[];
  readonly packages: Readonly<Record<string, string>>;
  readonly externals: Readonly<Record<string, string>>;
  readonly size: number;
  readonly digest: string;
  readonly warnings: readonly string[];
  /** Whether the bundle was there already. */
  readonly reused: boolean;
}

/** A function ready to run: what codeToFunction, importFunction and `slipway build` make. */
export interface PackagedFunction {
  readonly spec: FunctionSpec;
  readonly bundle: Bundle;
  readonly report: PackageReport;
}
