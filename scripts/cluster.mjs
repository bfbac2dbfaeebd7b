// `npm run cluster:up|down|status`: the test cluster's command is TypeScript, which Node 20 does not run by itself.
import { rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const outfile = `node_modules/.cache/slipway-cluster-${process.pid}.mjs`;
await build({
  entryPoints: ['test/cluster/main.ts'],
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  outfile,
  logLevel: 'warning',
});
try {
  const { main } = await import(pathToFileURL(outfile).href);
  process.exitCode = await main(process.argv.slice(2));
} finally {
  rmSync(outfile, { force: true });
}
