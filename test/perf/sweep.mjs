// A 200-trial recorded sweep of a trivial function, the whole command, beside Optuna with its journal storage doing the same.
// Optuna is measured where OPTUNA_PYTHON names a Python that has it (python3 -m venv d && d/bin/pip install optuna).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const rounds = Number(process.env.ROUNDS ?? 7);
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-sweep-'));
const cli = path.resolve('dist/cli.mjs');
writeFileSync(
  path.join(folder, 'trivial.ts'),
  'export function trivial(_ctx: unknown, { x, y }: { x: number; y: number }) { return { score: x * y }; }\n',
);
const range = (count) => JSON.stringify(Array.from({ length: count }, (_, i) => i + 1));
const sweep = [cli, 'run', 'trivial.ts', '--hyperparam', `x=${range(20)}`, '--hyperparam', `y=${range(10)}`, '--selector', 'max.score', '-q', '-o', 'json'];
const optuna = `
import optuna, os, tempfile
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
optuna.logging.set_verbosity(optuna.logging.WARNING)
storage = JournalStorage(JournalFileBackend(os.path.join(tempfile.mkdtemp(), 'journal.log')))
study = optuna.create_study(storage=storage, sampler=optuna.samplers.RandomSampler(seed=1), direction='maximize')
study.optimize(lambda t: t.suggest_int('x', 1, 20) * t.suggest_int('y', 1, 10), n_trials=200)
`;

function time(command, args) {
  const before = process.hrtime.bigint();
  const result = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr || result.stdout);
  return Number(process.hrtime.bigint() - before) / 1e6;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const python = process.env.OPTUNA_PYTHON;
const measured = { bare: [], slipway: [], optuna: [] };
for (let i = 0; i <= rounds; i++) {
  const round = {
    bare: time(process.execPath, ['-e', '0']),
    slipway: time(process.execPath, sweep),
    ...(python ? { optuna: time(python, ['-c', optuna]) } : {}),
  };
  // the first round packages the function and warms the caches
  if (i > 0) for (const [name, value] of Object.entries(round)) measured[name].push(value);
}
rmSync(folder, { recursive: true });
const bare = median(measured.bare);
const own = median(measured.slipway);
console.log(`bare node: ${bare.toFixed(0)} ms; 200 trials, whole command: ${own.toFixed(0)} ms = ${(own / bare).toFixed(1)} × bare node (median of ${rounds})`);
if (python) {
  const other = median(measured.optuna);
  const ratio = own / other;
  console.log(`${ratio <= 1 ? 'ok  ' : 'OVER'}  against Optuna's journal storage (${other.toFixed(0)} ms): ${ratio.toFixed(2)} × (bar 1 ×)`);
  if (ratio > 1) process.exitCode = 1;
} else console.log('NOT COMPARED with Optuna: set OPTUNA_PYTHON to a Python that has it');
