// Rolls the public declarations up into one file that any TypeScript from 5.0 on reads, and checks the API text.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = process.cwd();
const update = process.argv.includes('--update-api');

rmSync('dist/types', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json'], {
  stdio: 'inherit',
});

const config = ExtractorConfig.prepare({
  configObject: {
    projectFolder: root,
    mainEntryPointFilePath: path.join(root, 'dist/types/index.d.ts'),
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
        files: [path.join(root, 'dist/types/index.d.ts')],
      },
    },
    apiReport: {
      enabled: true,
      reportFolder: path.join(root, 'docs/api'),
      reportTempFolder: path.join(root, 'dist/api'),
      reportFileName: 'slipway.api.md',
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: true, untrimmedFilePath: path.join(root, 'dist/index.d.ts') },
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
copyFileSync('dist/index.d.ts', 'dist/index.d.cts');
rmSync('dist/types', { recursive: true, force: true });
if (result.apiReportChanged && !update) {
  console.error(
    'The public API differs from docs/api/slipway.api.md. Review the change, then run `npm run build:api`.',
  );
  process.exitCode = 1;
}
if (result.errorCount > 0) process.exitCode = 1;
