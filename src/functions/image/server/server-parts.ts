import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { digestBytes } from '../../../core/digest.ts';
import { packageRoot, packageVersion } from '../../../core/package-root.ts';
import { imageRuntimeMissing } from '../build-errors.ts';

/** What this installation puts into the image of the tracking server; listed when the package is built. */
export interface ServerParts {
  readonly version: string;
  /** The server in one file. */
  readonly program: Buffer;
  /** Digest of the program. */
  readonly digest: string;
  /** Packages with machine code, which are not in the program. */
  readonly packages: readonly string[];
  /** Packages in the program. */
  readonly bundled: readonly { readonly name: string; readonly version: string; readonly license?: string }[];
}

/** @throws IMAGE_RUNTIME_MISSING */
export function serverParts(): ServerParts {
  const directory = path.join(packageRoot(), 'dist', 'server-image');
  const [list, file] = ['parts.json', 'server.mjs'].map((name) => path.join(directory, name)) as [
    string,
    string,
  ];
  const hint = 'install slipway again; in a clone run `npm run build`';
  const missing = [list, file].find((part) => !existsSync(part));
  if (missing !== undefined) throw imageRuntimeMissing(`"${missing}" does not exist`, { hint });
  const parts = JSON.parse(readFileSync(list, 'utf8')) as Omit<ServerParts, 'version' | 'program'>;
  const program = readFileSync(file);
  if (digestBytes(program) !== parts.digest)
    throw imageRuntimeMissing(`"${file}" is not the file that this version of Slipway brought`, { hint });
  return { ...parts, version: packageVersion(), program };
}
