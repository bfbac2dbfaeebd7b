// What a notebook pays for Slipway: the first import cell in tslab, its type check included, beside an empty kernel's first
// cell and beside a cell that only uses Node; what every later cell pays for the types that are then loaded; and what the card of
// a run costs, beside the same run with the card off, in one kernel and in turns.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const rounds = Number(process.env.ROUNDS ?? 7);
const bar = 500;
const cardBar = 0.05;
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

/** Milliseconds of each cell in a fresh kernel; `print` gets what the cells print. */
function runCells(cells, print = () => undefined) {
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
      if (message.kind === 'stream') print(message.text);
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

/**
 * Processor time of runs with the card on and off, in turns: of one that computes for a millisecond before each of its 1,000
 * points, and of one that does nothing else but log.
 */
async function measureCard() {
  const cells = [
    "import { codeToFunction, type Context } from 'slipway';",
    `async function points(ctx: Context, { work }: { work: number }) {
  for (let step = 0; step < 1000; step++) {
    const end = performance.now() + work;
    while (performance.now() < end);
    ctx.logMetric('loss', 1 / (step + 1), { step });
    if (step % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}`,
    'const pointsFn = await codeToFunction(points);',
    `const cost = async (card: string, work: number) => {
  process.env.SLIPWAY_CARD = card;
  const write = process.stdout.write;
  process.stdout.write = () => true;
  const before = process.cpuUsage();
  await pointsFn.run({ params: { work: work } });
  const { user, system } = process.cpuUsage(before);
  process.stdout.write = write;
  return (user + system) / 1000;
};
const rounds = async (count: number, work: number) => {
  const all = { on: [] as number[], off: [] as number[] };
  for (let round = 0; round < count; round++) {
    all.off.push(await cost('off', work));
    all.on.push(await cost('on', work));
  }
  return all;
};
await rounds(3, 0);
console.log('card ' + JSON.stringify({ bare: await rounds(${3 * rounds}, 0), working: await rounds(${rounds}, 1) }));`,
  ];
  writeFileSync(path.join(folder, 'nb.ipynb'), JSON.stringify(notebookOf(cells)));
  let said = '';
  await runCells(cells, (text) => {
    said += text;
  });
  const { bare, working } = JSON.parse(/^card (.*)$/m.exec(said)?.[1] ?? 'null');
  // what differs from round to round is the machine: each round's own difference tells more than two medians
  const costOf = ({ on, off }) => median(on.map((value, i) => value - off[i]));
  const off = median(working.off);
  return {
    off,
    cost: costOf(working),
    share: costOf(working) / off,
    bareOff: median(bare.off),
    bareCost: costOf(bare),
  };
}

function notebookOf(cells) {
  const cell = (source, i) => ({
    cell_type: 'code',
    id: `cell-${i}`,
    metadata: {},
    execution_count: null,
    outputs: [],
    source,
  });
  const kernelspec = { display_name: 'TypeScript', language: 'typescript', name: 'tslab' };
  return { cells: cells.map(cell), metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
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
const card = await measureCard();
rmSync(folder, { recursive: true });
const medians = Object.fromEntries(Object.entries(measured).map(([name, values]) => [name, median(values)]));

console.log(`first cell that only uses Node: ${medians.node.toFixed(0)} ms (median of ${rounds})`);
console.log(
  `${medians.first <= bar ? 'ok  ' : 'OVER'}  first import cell, type check included: ${medians.first.toFixed(0)} ms (bar ${bar} ms), ${(medians.first / medians.node).toFixed(1)} × the Node cell`,
);
console.log(
  `      a later cell: ${medians.later.toFixed(0)} ms, ${(medians.later / medians.laterBare).toFixed(1)} × the same cell without Slipway (${medians.laterBare.toFixed(0)} ms)`,
);
console.log(
  `${card.share <= cardBar ? 'ok  ' : 'OVER'}  the card of a run that logs 1,000 points in ${card.off.toFixed(0)} ms: ${card.cost.toFixed(1)} ms of processor time, ${(100 * card.share).toFixed(1)} % (bar ${100 * cardBar} %)`,
);
console.log(
  `      of one that logs them and does nothing else, ${card.bareOff.toFixed(1)} ms: ${card.bareCost.toFixed(1)} ms more`,
);
if (medians.first > bar || card.share > cardBar) process.exitCode = 1;
