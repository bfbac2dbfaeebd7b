import { archivePlan } from '../../../src/pipelines/resume/plan-archive.ts';
import { runPlan } from '../../../src/pipelines/run-plan.ts';
import type { EventBody } from '../../../src/tracking/journal-event.ts';
import { openLocalStore } from '../../../src/tracking/local/local-store.ts';
import type { RunStore } from '../../../src/tracking/store.ts';
import { inProcess } from '../support/in-process.ts';
import { bodies, killedPlan } from '../support/killed-plan.ts';

// kills itself, as by kill -9, after so many records of whatever journals; prints their number when it is spared
const [, , directory = '', killAfter = '0'] = process.argv;
let records = 0;

function counted(store: RunStore): RunStore {
  const count = (): void => {
    records += 1;
    if (records === Number(killAfter)) process.kill(process.pid, 'SIGKILL');
  };
  const createRun: RunStore['createRun'] = (created) => {
    const writer = store.createRun(created);
    count();
    const append = writer.append.bind(writer);
    writer.append = (event: EventBody) => {
      const written = append(event);
      count();
      return written;
    };
    return writer;
  };
  return new Proxy(store, {
    get: (target, key) => {
      if (key === 'createRun') return createRun;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const store = counted(openLocalStore({ directory, project: 'demo' }));
archivePlan(directory, { plan: killedPlan }, 'killed');
await runPlan(killedPlan, { store, submitStep: inProcess(store, bodies(directory)), uid: 'killed' });
console.log(records);
