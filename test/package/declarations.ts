import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const inputs = ['src', 'scripts/build-types.mjs', 'tsconfig.json', 'tsconfig.types.json', 'package.json'];

/** The package's declarations, as users have them. They take long to make, and the whole test run has made them before it starts. */
export function buildDeclarations(): void {
  const built = changedAt('dist/index.d.cts');
  if (inputs.some((input) => latestChange(input) > built))
    execFileSync(process.execPath, ['scripts/build-types.mjs'], { stdio: 'pipe' });
}

/** Of a file, or of all files of a folder. */
function latestChange(place: string): number {
  if (!statSync(place).isDirectory()) return changedAt(place);
  const files = readdirSync(place, { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((file) => changedAt(path.join(place, file))));
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
