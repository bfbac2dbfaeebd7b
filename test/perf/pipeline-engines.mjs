// A chain of 20 trivial steps and a fan-out of 100, whole commands, beside Metaflow, Prefect and Dagster doing the same.
// ENGINES_PYTHON names a Python that has them: python3 -m venv d && d/bin/pip install metaflow prefect dagster fastapi==0.139.0
// Two classes: every step a process of its own, and all steps in one process. ROUNDS (default 3) after one to warm up.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const python = process.env.ENGINES_PYTHON;
if (!python) {
  console.error('NOT COMPARED: set ENGINES_PYTHON to a Python that has metaflow, prefect and dagster');
  process.exit(2);
}
const rounds = Number(process.env.ROUNDS ?? 3);
const root = mkdtempSync(path.join(tmpdir(), 'slipway-engines-'));
const cli = path.resolve('dist/cli.mjs');
const chainLength = 20;
const width = 100;
/** Milliseconds from which on one measurement is enough. */
const slow = 30_000;
const write = (name, text) => writeFileSync(path.join(root, name), text);

write('steps.ts', `export function next(_ctx: unknown, { x }: { x: number }) { return { x: x + 1 }; }
export function list(_ctx: unknown, { n }: { n: number }) { return { items: Array.from({ length: n }, (_, i) => i) }; }
export function total(_ctx: unknown, { all }: { all: readonly number[] }) { return { total: all.reduce((a, b) => a + b, 0) }; }
`);
write('chain.pipeline.ts', `import { codeToFunction, pipeline } from 'slipway';
import { next } from './steps.ts';
const step = await codeToFunction(next, { filename: 'steps.ts' });
export default pipeline('chain', () => {
  let before = step.as('s0')({ x: 0 });
  for (let i = 1; i < ${chainLength}; i++) before = step.as('s' + i)({ x: before.x });
  return { x: before.x };
});
`);
write('wide.pipeline.ts', `import { codeToFunction, pipeline } from 'slipway';
import { list, next, total } from './steps.ts';
const make = await codeToFunction(list, { filename: 'steps.ts' });
const step = await codeToFunction(next, { filename: 'steps.ts' });
const add = await codeToFunction(total, { filename: 'steps.ts' });
export default pipeline('wide', (p) => {
  const made = make({ n: ${width} });
  const mapped = p.map(made.items, (x) => step({ x }));
  return { total: add({ all: mapped.x }).total };
});
`);
write('package.json', '{"type":"module"}');
mkdirSync(path.join(root, 'node_modules'));
spawnSync('ln', ['-s', path.resolve('.'), path.join(root, 'node_modules/slipway')]);

const metaflowChain = Array.from({ length: chainLength - 1 }, (_, i) => `
    @step
    def s${i + 1}(self):
        self.x += 1
        self.next(self.${i + 2 < chainLength ? `s${i + 2}` : 'end'})`).join('\n');
write('metaflow_chain.py', `from metaflow import FlowSpec, step
class Chain(FlowSpec):
    @step
    def start(self):
        self.x = 1
        self.next(self.s1)
${metaflowChain}
    @step
    def end(self):
        assert self.x == ${chainLength}
if __name__ == '__main__':
    Chain()
`);
write('metaflow_wide.py', `from metaflow import FlowSpec, step
class Wide(FlowSpec):
    @step
    def start(self):
        self.items = list(range(${width}))
        self.next(self.next_one, foreach='items')
    @step
    def next_one(self):
        self.x = self.input + 1
        self.next(self.join)
    @step
    def join(self, inputs):
        self.total = sum(i.x for i in inputs)
        self.next(self.end)
    @step
    def end(self):
        assert self.total == ${(width * (width + 1)) / 2}
if __name__ == '__main__':
    Wide()
`);
write('prefect_flows.py', `import sys
from prefect import flow, task
@task
def next_one(x): return x + 1
@flow
def chain():
    x = 0
    for _ in range(${chainLength}): x = next_one(x)
    assert x == ${chainLength}
@flow
def wide():
    assert sum(next_one.map(list(range(${width}))).result()) == ${(width * (width + 1)) / 2}
(chain if sys.argv[1] == 'chain' else wide)()
`);
const dagsterGraphs = {
  chain: `    x = zero()
    for i in range(${chainLength - 1}): x = next_one.alias(f's{i}')(x)`,
  wide: '    total(items().map(next_one).collect())',
};
for (const [shape, body] of Object.entries(dagsterGraphs))
  for (const [kind, executor] of [['one', 'in_process_executor'], ['many', 'multiprocess_executor']])
    write(`dagster_${shape}_${kind}.py`, `from dagster import DynamicOut, DynamicOutput, job, op, ${executor}
@op
def zero(): return 0
@op
def next_one(x: int): return x + 1
@op(out=DynamicOut(int))
def items():
    for i in range(${width}): yield DynamicOutput(i, mapping_key=str(i))
@op
def total(values: list):
    assert sum(values) == ${(width * (width + 1)) / 2}
@job(executor_def=${executor})
def bench():
${body}
`);
mkdirSync(path.join(root, 'dagster'));
write('dagster/dagster.yaml', 'telemetry:\n  enabled: false\n');

const env = {
  ...process.env,
  USERNAME: 'bench',
  METAFLOW_USER: 'bench',
  PREFECT_HOME: path.join(root, 'prefect'),
  PREFECT_LOGGING_LEVEL: 'ERROR',
  PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
  DO_NOT_TRACK: '1',
  DAGSTER_HOME: path.join(root, 'dagster'),
};
const slipway = (shape, ...more) => [process.execPath, [cli, 'pipeline', 'run', `${shape}.pipeline.ts`, '-q', '-o', 'json', ...more]];
const dagster = (shape, kind) => [path.join(path.dirname(python), 'dagster'), ['job', 'execute', '-f', `dagster_${shape}_${kind}.py`]];
const commands = (shape) => ({
  'a process for each step': {
    Slipway: slipway(shape, '--runtime', 'process'),
    Metaflow: [python, [`metaflow_${shape}.py`, '--quiet', 'run', '--max-num-splits', '1000']],
    Dagster: dagster(shape, 'many'),
  },
  'all steps in one process': {
    Slipway: slipway(shape, '--runtime', 'inline'),
    Prefect: [python, ['prefect_flows.py', shape]],
    Dagster: dagster(shape, 'one'),
  },
});

function time([command, args]) {
  const before = process.hrtime.bigint();
  const result = spawnSync(command, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${result.stderr}\n${result.stdout}`.slice(-4000));
  return Number(process.hrtime.bigint() - before) / 1e6;
}
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

try {
  for (const [shape, title] of [['chain', `chain of ${chainLength} steps`], ['wide', `fan-out of ${width}`]])
    for (const [kind, engines] of Object.entries(commands(shape))) {
      const measured = Object.fromEntries(Object.keys(engines).map((name) => [name, []]));
      for (let round = 0; round <= rounds; round++)
        for (const [name, command] of Object.entries(engines)) {
          if (measured[name][0] > slow) continue;
          const value = time(command);
          // a warm-up of its own would tell nothing new about what takes that long
          if (round > 0 || value > slow) measured[name].push(value);
        }
      const own = median(measured.Slipway);
      console.log(`${title}, ${kind} (median of ${rounds})`);
      for (const [name, values] of Object.entries(measured)) {
        const ratio = name === 'Slipway' ? '' : `  Slipway takes ${(own / median(values)).toFixed(2)} of it`;
        console.log(`  ${name.padEnd(9)} ${(median(values) / 1000).toFixed(2).padStart(7)} s${ratio}`);
        if (name !== 'Slipway' && own > median(values)) process.exitCode = 1;
      }
    }
} finally {
  rmSync(root, { recursive: true, force: true });
}
