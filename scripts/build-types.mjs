// Rolls the public declarations up into one file that any TypeScript from 5.0 on reads, and checks the API text.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = process.cwd();
const update = process.argv.includes('--update-api');

// all that is made on the way lies outside of dist/, which others read meanwhile
mkdirSync('.cache', { recursive: true });
const aside = mkdtempSync(path.join(root, '.cache', 'types-'));
process.once('exit', () => rmSync(aside, { recursive: true, force: true }));

const types = path.join(aside, 'types');
const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json', '--outDir', types];
execFileSync(process.execPath, tsc, { stdio: 'inherit' });

const config = ExtractorConfig.prepare({
  configObject: {
    projectFolder: root,
    mainEntryPointFilePath: path.join(types, 'index.d.ts'),
    newlineKind: 'lf',
    compiler: {
      overrideTsconfig: {
        compilerOptions: {
          target: 'es2022',
          lib: ['es2023'],
          module: 'nodenext',
          moduleResolution: 'nodenext',
          types: ['node'],
          strict: true,
          skipLibCheck: true,
        },
        files: [path.join(types, 'index.d.ts')],
      },
    },
    apiReport: {
      enabled: true,
      reportFolder: path.join(root, 'docs/api'),
      reportTempFolder: path.join(aside, 'api'),
      reportFileName: 'slipway.api.md',
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: true, untrimmedFilePath: path.join(aside, 'index.d.ts') },
    tsdocMetadata: { enabled: false },
    messages: {
      compilerMessageReporting: { default: { logLevel: 'error' } },
      extractorMessageReporting: {
        default: { logLevel: 'none' },
        'ae-forgotten-export': { logLevel: 'error' },
      },
      tsdocMessageReporting: { default: { logLevel: 'none' } },
    },
  },
  configObjectFullPath: undefined,
  packageJsonFullPath: path.join(root, 'package.json'),
});

const result = Extractor.invoke(config, {
  localBuild: update,
  showVerboseMessages: false,
  messageCallback: (message) => {
    if (message.logLevel === 'error') console.error(`${message.messageId}: ${message.text}`);
    message.handled = true;
  },
});
publish();
if (result.apiReportChanged && !update) {
  console.error(
    'The public API differs from docs/api/slipway.api.md. Review the change, then run `npm run build:api`.',
  );
  process.exitCode = 1;
}
if (result.errorCount > 0) process.exitCode = 1;

/** Each file whole or not at all. */
function publish() {
  mkdirSync('dist', { recursive: true });
  const file = path.join(aside, 'index.d.ts');
  copyFileSync(file, path.join(aside, 'index.d.cts'));
  for (const name of ['index.d.ts', 'index.d.cts'])
    renameSync(path.join(aside, name), path.join('dist', name));
}
