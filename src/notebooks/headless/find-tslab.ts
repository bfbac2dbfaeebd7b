import { createRequire } from 'node:module';
import path from 'node:path';
import { missingPackage } from '../../core/errors.ts';
import { packageRoot } from '../../core/package-root.ts';

/** The version whose parts `tslab-kernel.ts` knows. */
const version = '1.0.22';

/**
 * Folder of the tslab package: looked for from the notebook's folder upwards, then beside Slipway.
 * @throws MISSING_PACKAGE with the command that installs it, also where another version is found
 */
export function findTslab(directory: string): string {
  const install = `run \`npm install --save-dev tslab@${version}\` in the notebook's project`;
  const places = [directory, packageRoot()].map((from) => resolveFrom(from));
  const found = places.find((place) => place !== undefined);
  if (!found)
    throw missingPackage(`package "tslab", which executes notebooks, is not installed for "${directory}"`, {
      hint: install,
    });
  const right = places.find((place) => place?.version === version);
  if (right) return right.directory;
  throw missingPackage(`tslab ${found.version} at "${found.directory}" cannot be driven without Jupyter`, {
    hint: `${install}; other versions work in Jupyter only`,
  });
}

function resolveFrom(from: string): { readonly directory: string; readonly version: string } | undefined {
  const require = createRequire(path.join(from, 'notebook.js'));
  try {
    const manifest = require.resolve('tslab/package.json');
    return { directory: path.dirname(manifest), version: (require(manifest) as { version: string }).version };
  } catch {
    // not to be found from here; the caller looks elsewhere
    return undefined;
  }
}
