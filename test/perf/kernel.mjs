// What a notebook pays for Slipway: the first import cell in tslab, its type check included, beside an empty kernel's first
// cell and beside a cell that only uses Node; and what every later cell pays for the types that are then loaded.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const rounds = Number(process.env.ROUNDS ?? 7);
const bar = 500;
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-perf-kernel-'));
mkdirSync(path.join(folder, 'node_modules/@types'), { recursive: true });
for (const [name, target] of [
  ['slipway', '.'],
  ['@types/node', 'node_modules/@types/node'],
  ['undici-types', 'node_modules/undici-types'],
])
  symlinkSync(path.resolve(target), path.join(folder, 'node_modules', name));

const importCell =
  "import { codeToFunction, importFunction, loadProject, pipeline, type Context, type DataItem } from 'slipway';";
const nodeCell = "import { readFileSync } from 'node:fs';\nconsole.log(typeof readFileSync);";
const laterCell = 'const doubled = (values: number[]): number[] => values.map((value) => value * 2);';

/** Milliseconds of each cell in a fresh kernel. */
function runCells(cells) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [path.resolve('test/kernel/tslab-kernel.cjs'), path.resolve('node_modules/tslab/dist')],
      { cwd: folder, stdio: ['pipe', 'ignore', 'inherit', 'pipe'] },
    );
    const times = [];
    // one at a time: a cell that waits for another would be charged for both
    const send = () => child.stdin.write(`${JSON.stringify({ id: times.length, code: cells[times.length] })}\n`);
    child.once('error', reject);
    createInterface({ input: child.stdio[3] }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.kind === 'ready') send();
      if (message.kind !== 'reply') return;
      if (message.status !== 'ok') reject(new Error(`cell ${message.id} ended as ${message.status}`));
      times.push(message.milliseconds);
      if (times.length < cells.length) send();
      else {
        child.stdin.end();
        child.once('close', () => resolve(times));
      }
    });
  });
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const measured = { node: [], first: [], later: [], laterBare: [] };
for (let round = 0; round <= rounds; round++) {
  const [node, , laterBare] = await runCells([nodeCell, laterCell, laterCell]);
  const [first, , later] = await runCells([importCell, laterCell, laterCell]);
  // the first round warms the caches
  if (round > 0)
    for (const [name, value] of Object.entries({ node, first, later, laterBare })) measured[name].push(value);
}
rmSync(folder, { recursive: true });
const medians = Object.fromEntries(Object.entries(measured).map(([name, values]) => [name, median(values)]));

console.log(`first cell that only uses Node: ${medians.node.toFixed(0)} ms (median of ${rounds})`);
console.log(
  `${medians.first <= bar ? 'ok  ' : 'OVER'}  first import cell, type check included: ${medians.first.toFixed(0)} ms (bar ${bar} ms), ${(medians.first / medians.node).toFixed(1)} × the Node cell`,
);
console.log(
  `      a later cell: ${medians.later.toFixed(0)} ms, ${(medians.later / medians.laterBare).toFixed(1)} × the same cell without Slipway (${medians.laterBare.toFixed(0)} ms)`,
);
if (medians.first > bar) process.exitCode = 1;
