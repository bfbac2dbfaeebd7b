import type { BundleInputs } from './bundle-plugin.ts';
import type { HandlerSpec, PackageReport } from './function-spec.ts';
import type { EntryModule } from './run-esbuild.ts';

/** A source with its handlers found and read, ready to be bundled. */
export interface PreparedSource {
  readonly entry: EntryModule;
  readonly inputs: BundleInputs;
  readonly handlers: readonly HandlerSpec[];
  /** Source name in the map to the user's own text, where the bundled text differs from it. */
  readonly originals: ReadonlyMap<string, string>;
  readonly included: PackageReport['included'];
  readonly dropped: PackageReport['dropped'];
  readonly warnings: readonly string[];
  /** Files that were read for their types. */
  readonly files: readonly string[];
}

export interface PrepareRequest {
  /** Absolute, real path. */
  readonly file: string;
  /** Absolute, real path. */
  readonly root: string;
  readonly handlers: readonly string[] | undefined;
  readonly name: string | undefined;
  readonly returns: Readonly<Record<string, string>> | undefined;
  readonly external: readonly string[];
}
