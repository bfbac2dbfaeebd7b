import { appendFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { createFileStepCache } from '../../../src/pipelines/cache/file-step-cache.ts';
import { runPlan } from '../../../src/pipelines/run-plan.ts';
import { openLocalStore } from '../../../src/tracking/local/local-store.ts';
import { inProcess } from '../support/in-process.ts';
import { literal, output, plan, step } from '../support/plan.ts';

// one of several processes that run the same cached pipeline at once; `hang` never gives an answer
const [, , directory = '', mode = 'work'] = process.argv;
const store = openLocalStore({ directory, project: 'demo' });
const options = { cache: { mode: 'on' } } as const;
const planned = plan(
  [
    ...Array.from({ length: 5 }, (_, i) => step(`s${i}`, { arguments: { n: literal(i) }, options })),
    step('sum', {
      arguments: { all: { type: 'list', items: Array.from({ length: 5 }, (_, i) => output(`s${i}`, 'n')) } },
      options,
    }),
  ],
  { parallelism: 3, outputs: { sum: output('sum', 'sum') } },
);
const record = await runPlan(planned, {
  store,
  cache: createFileStepCache({
    storeDirectory: directory,
    store,
    pipeline: 'demo',
    workingDirectory: directory,
  }),
  submitStep: inProcess(store, {
    any: async ({ step: id, params }) => {
      appendFileSync(path.join(directory, 'ran.log'), `${id}\n`);
      if (mode === 'hang') {
        console.log(`hanging in ${id}`);
        await new Promise(() => setInterval(() => undefined, 1000));
      }
      while (!existsSync(path.join(directory, 'go'))) await new Promise((resolve) => setImmediate(resolve));
      return { n: Number(params.n) * 10 };
    },
    sum: ({ params }) => {
      appendFileSync(path.join(directory, 'ran.log'), 'sum\n');
      return { sum: (params.all as number[]).reduce((a, b) => a + b, 0) };
    },
  }),
});
console.log(JSON.stringify({ state: record.state, outputs: record.outputs }));
