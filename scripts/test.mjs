// The whole test run: checks first, then every suite. Ends with one line: "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

const node = process.execPath;
const report = 'test-results/vitest.json';
mkdirSync('test-results', { recursive: true });
rmSync(report, { force: true });

const checks = [
  ['build', [node, 'scripts/build.mjs']],
  ['declarations and public API text', [node, 'scripts/build-types.mjs']],
  ['types', [node, 'node_modules/typescript/bin/tsc', '-p', '.']],
  ['types of the pipelines', [node, 'node_modules/typescript/bin/tsc', '-p', 'notebooks']],
  [
    'lint',
    [node, 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', 'src', 'test', 'scripts'],
  ],
  ['dead code', [node, 'node_modules/knip/bin/knip.js']],
];

let passed = 0;
let failed = 0;
for (const [name, [command, ...args]] of checks) {
  console.log(`\n— ${name}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) passed += 1;
  else {
    failed += 1;
    console.log(`✗ ${name} failed`);
  }
}

console.log('\n— tests');
spawnSync(
  node,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    '--reporter=./test/setup/unsteady-reporter.ts',
    `--outputFile.json=${report}`,
  ],
  { stdio: 'inherit' },
);
let skipped = 0;
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  skipped = result.numPendingTests + result.numTodoTests;
  // a file that cannot even be loaded has no failed test of its own
  failed += result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
} catch (error) {
  console.log(`✗ the test runner left no report: ${error.message}`);
  failed += 1;
}
if (skipped > 0 && process.env.CI === 'true') {
  console.log(`✗ ${skipped} tests were skipped, which CI does not allow`);
  failed += skipped;
}
console.log(
  `\n${passed} passed, ${failed} failed${skipped > 0 && process.env.CI !== 'true' ? `, ${skipped} skipped` : ''}`,
);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
