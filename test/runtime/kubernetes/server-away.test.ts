import { expect, it } from 'vitest';
import { unpackTrials } from '../../../src/runtime/agent/trial-table.ts';
import type { Trial } from '../../../src/runtime/batch.ts';
import { runSweep } from '../../../src/tuning/run-sweep.ts';
import { until } from '../../contract/runtime-fixture.ts';
import { prepareServed, type ServedPlace, showPod } from './served-place.ts';

/** The trials of the only sweep, and what its pod does with each. */
async function trialsOf({ api, podStore }: ServedPlace, parent: string) {
  await until('its Secret is there', () => api.names('secrets').length === 1);
  const [secret] = api.all('secrets') as { data?: Record<string, string> }[];
  const trials = unpackTrials(Buffer.from(secret?.data?.['trials.json.gz'] ?? '', 'base64'));
  return {
    trials,
    run({ uid, iteration, params }: Trial): Promise<void> {
      const known = { name: 'score', project: 'demo', inputs: {}, labels: {}, runtime: 'kubernetes' };
      const writer = podStore.createRun({ ...known, uid, parent, iteration, params, runKind: 'trial' });
      writer.append({ kind: 'state', state: 'running' });
      writer.append({ kind: 'result', key: 'score', value: iteration });
      writer.append({ kind: 'state', state: 'completed' });
      writer.close();
      return podStore.flush();
    },
  };
}

const spec = { hyperparams: { x: [1, 2, 3] }, selector: 'score' };

it('a sweep goes on in its pods, and with the same Job, while its server does not answer its submitter', async () => {
  const place = await prepareServed();
  const { api, runtime, store, link, said } = place;
  const running = await runSweep({ spec, base: place.job('score'), runtime, store });
  const { trials, run } = await trialsOf(place, running.uid);
  const [first, second, third] = trials as [Trial, Trial, Trial];
  const job = api.all('jobs')[0]?.metadata?.uid;
  showPod(api, 'running');
  await run(first);
  await until('the first trial is heard of', async () => {
    const { iterations = [] } = await store.getRun(running.uid);
    return iterations.length === 1;
  });
  await link.refuse(true);
  const away = link.refused(8);
  await run(second);
  await away;
  await link.refuse(false);
  await run(third);
  showPod(api, 'completed');
  const { state, record } = await running.wait();
  expect(record.error).toBeUndefined();
  expect(state).toBe('completed');
  expect(record.iterations?.map((trial) => trial.state)).toEqual(['completed', 'completed', 'completed']);
  expect(api.all('jobs').map(({ metadata }) => [metadata?.uid, metadata?.deletionTimestamp])).toEqual([
    [job, undefined],
  ]);
  // looks that found it away are not worth a word
  expect(said.filter((line) => line.includes('waits for its tracking server')).length).toBeLessThan(2);
});

it('trials are asked for again whose pod has ended while the server did not answer', async () => {
  const place = await prepareServed();
  const { api, runtime, store, link, said } = place;
  const running = await runSweep({ spec, base: place.job('score'), runtime, store });
  const { trials, run } = await trialsOf(place, running.uid);
  showPod(api, 'running');
  await link.refuse(true);
  for (const trial of trials) await run(trial);
  const away = link.refused(8);
  showPod(api, 'completed');
  await until('the submitter says that it waits', () => said.length > 0);
  await away;
  await link.refuse(false);
  const { state, record } = await running.wait();
  expect(record.error).toBeUndefined();
  expect([state, record.iterations?.length]).toEqual(['completed', 3]);
  expect(said).toEqual([
    expect.stringMatching(/^sweep "score" waits for its tracking server: the tracking server at .* cannot/),
  ]);
});

it('a run has the end that its pod came to while the server did not answer its submitter', async () => {
  const place = await prepareServed();
  const { api, runtime, store, link, podStore, said } = place;
  const running = await runtime.submit(place.job('score'), { store });
  await until('its Secret is there', () => api.names('secrets').length === 1);
  showPod(api, 'running');
  await link.refuse(true);
  const away = link.refused(4);
  const writer = podStore.openRun(running.uid);
  writer.append({ kind: 'state', state: 'running' });
  writer.append({ kind: 'result', key: 'score', value: 7 });
  writer.append({ kind: 'state', state: 'completed' });
  writer.close();
  await podStore.flush();
  showPod(api, 'completed');
  await until('the submitter says that it waits', () => said.length > 0);
  await away;
  await link.refuse(false);
  expect(await running.wait()).toMatchObject({ state: 'completed', record: { results: { score: 7 } } });
  expect(said).toEqual([expect.stringContaining('run "score" waits for its tracking server')]);
});
