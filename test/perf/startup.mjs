// Start-up costs against bare Node, measured side by side: `slipway --version`, and loading the package.
import { spawnSync } from 'node:child_process';

const rounds = Number(process.env.ROUNDS ?? 15);
const node = process.execPath;

function time(args) {
  const before = process.hrtime.bigint();
  const result = spawnSync(node, args, { stdio: 'pipe' });
  if (result.status !== 0) throw new Error(result.stderr.toString());
  return Number(process.hrtime.bigint() - before) / 1e6;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const measured = { bare: [], version: [], require: [], import: [] };
for (let i = 0; i <= rounds; i++) {
  const round = {
    bare: time(['-e', '0']),
    version: time(['dist/cli.mjs', '--version']),
    require: time(['-e', 'require("./dist/index.cjs")']),
    import: time(['--input-type=module', '-e', 'await import("./dist/index.mjs")']),
  };
  // the first round warms the caches
  if (i > 0) for (const [name, value] of Object.entries(round)) measured[name].push(value);
}
const medians = Object.fromEntries(Object.entries(measured).map(([name, values]) => [name, median(values)]));
const rows = [
  { what: 'slipway --version / node -e 0', figure: medians.version / medians.bare, bar: 2.5, unit: '×' },
  { what: "require('slipway') above node -e 0", figure: medians.require - medians.bare, bar: 100, unit: 'ms' },
  { what: "import('slipway') above node -e 0", figure: medians.import - medians.bare, bar: 100, unit: 'ms' },
];
console.log(`bare node: ${medians.bare.toFixed(1)} ms (median of ${rounds})`);
for (const { what, figure, bar, unit } of rows)
  console.log(`${figure <= bar ? 'ok  ' : 'OVER'}  ${what}: ${figure.toFixed(2)} ${unit} (bar ${bar} ${unit})`);
if (rows.some(({ figure, bar }) => figure > bar)) process.exitCode = 1;
