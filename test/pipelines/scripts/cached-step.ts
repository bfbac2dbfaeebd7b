import { appendFileSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createStoreStepCache } from '../../../src/pipelines/cache/store-step-cache.ts';
import { runPlan } from '../../../src/pipelines/run-plan.ts';
import type { ServerAddress } from '../../../src/tracking/http/server-address.ts';
import { openLocalStore } from '../../../src/tracking/local/local-store.ts';
import { openHttpStore } from '../../../src/tracking/open-http-store.ts';
import { assumeIdentity } from '../../../src/tracking/process-identity.ts';
import { inProcess } from '../support/in-process.ts';
import { literal, output, plan, step } from '../support/plan.ts';

// (`block` keeps its thread busy for twenty seconds, longer than its lease, in the first step)
// one of several processes that run the same cached pipeline at once; `hang` never gives an answer. With the address of a tracking server
// it has a folder of its own, as on another machine
const [, , directory = '', mode = 'work', server = '', machine = '', lease = ''] = process.argv;
if (machine !== '') assumeIdentity({ host: machine, pid: process.pid });
const address = server === '' ? undefined : (JSON.parse(server) as ServerAddress);
const spoolDirectory = mkdtempSync(path.join(directory, 'machine-'));
const remote =
  address === undefined
    ? undefined
    : openHttpStore({ server: address, project: 'demo', spoolDirectory, watchesStops: false });
const store = remote ?? openLocalStore({ directory, project: 'demo' });
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
  cache: createStoreStepCache({
    store,
    workingDirectory: directory,
    settle: async () => remote?.flush(),
    ...(mode === 'block' ? { mayBlock: () => true } : {}),
    ...(lease === '' ? {} : { leaseMs: Number(lease) }),
  }),
  submitStep: inProcess(store, {
    any: async ({ step: id, params }) => {
      appendFileSync(path.join(directory, 'ran.log'), `${id}\n`);
      if (mode === 'hang') {
        console.log(`hanging in ${id}`);
        await new Promise(() => setInterval(() => undefined, 1000));
      }
      if (mode === 'block' && id === 's0') {
        writeFileSync(path.join(directory, 'blocking'), '');
        console.log('blocking in s0');
        for (const until = performance.now() + 20_000; performance.now() < until; );
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
await store.close();
