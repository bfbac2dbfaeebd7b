import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createUid } from '../../../src/core/id.ts';
import { runStepPod } from '../../../src/pipelines/argo/pod/step-pod.ts';
import type { PodTask } from '../../../src/pipelines/argo/pod-task.ts';
import type { Plan, PrunedStep } from '../../../src/pipelines/plan/plan.ts';
import { openHttpStore } from '../../../src/tracking/open-http-store.ts';
import { startTrackingServer } from '../../support/start-tracking-server.ts';
import { tempDirectory } from '../../tracking/temp-directory.ts';
import { plan } from '../support/plan.ts';
import { shapes } from './support/shapes.ts';

/** Runs what a pod of a workflow is for; gives its exit code, what it said, and what it wrote for others. */
async function runPod(given: Plan, task: PodTask) {
  const folder = tempDirectory();
  const decisionsFolder = path.join(folder, 'decisions');
  const server = await startTrackingServer(path.join(folder, 'server'));
  onTestFinished(() => server.stop());
  const spoolDirectory = path.join(folder, 'spool');
  const store = openHttpStore({ server: server.address, project: 'demo', spoolDirectory });
  onTestFinished(() => store.close());
  const agent = {
    deliveryFolder: folder,
    terminationFile: path.join(folder, 'last-word'),
    server: server.address,
    spoolDirectory,
  };
  const pipelineRun = createUid();
  const own = { agent, task, plan: given, context: {}, pipelineRun, isAlone: false, isAfterMemory: false };
  const said: string[] = [];
  const { exitCode } = await runStepPod({
    place: { ...own, readSecret: () => '' },
    store,
    signal: new AbortController().signal,
    log: (line) => void said.push(line),
    print: () => undefined,
    decisionsFolder,
  });
  const read = (name: string): [string, string] => [
    name,
    readFileSync(path.join(decisionsFolder, name), 'utf8'),
  ];
  return { exitCode, said, decisions: Object.fromEntries(readdirSync(decisionsFolder).map(read)) };
}

it('the pod of an item that an earlier run stands for still tells the items inside it, and runs nothing', async () => {
  const gave = (results: Extract<PrunedStep, { type: 'given' }>['results']): PrunedStep => ({
    type: 'given',
    run: createUid(),
    results,
    artifacts: [],
    reason: 'resumed',
  });
  const nested = shapes['map in a map'] ?? plan([]);
  const pruned = {
    list: gave({ rows: ['x', 'y'] }),
    'row[0]': gave({ cells: ['m'] }),
    'row[1]': gave({ cells: ['p', 'q', 'r'] }),
    'cell[1][1]': gave({ result: 1 }),
  };
  const given = { ...nested, spec: { ...nested.spec, pruned } };
  const tell = { flags: [], lists: ['cells'] };
  const pod = await runPod(given, { kind: 'step', id: 'row', at: [1], tell });
  expect(pod).toEqual({
    exitCode: 0,
    said: ['step "row[1]" does not run: resumed'],
    decisions: { 'list-1': '[0,2]' },
  });
});
