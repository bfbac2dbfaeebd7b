import { execFileSync } from 'node:child_process';

/** The tests that start processes use the built package, as users do. */
export default function buildPackage(): void {
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
}
