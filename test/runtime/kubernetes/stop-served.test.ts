import { expect, it } from 'vitest';
import { collect, until } from '../../contract/runtime-fixture.ts';
import { prepareServed, showPod } from './served-place.ts';

it('a run that waits for a pod is stopped by who asks at the server: no agent is there to hear of it', async () => {
  const { api, runtime, store, podStore, job } = await prepareServed();
  const running = await runtime.submit(job('waits'), { store });
  await until('its Secret is there', () => api.names('secrets').length === 1);
  await podStore.requestStop(running.uid, 'nobody needs it');
  expect(await running.wait()).toMatchObject({
    state: 'aborted',
    record: { reason: 'nobody needs it', error: { code: 'RUN_ABORTED' } },
  });
  expect(api.names('jobs')).toEqual([]);
});

it('a run that has an agent is ended by that, though its submitter hears of the request as well', async () => {
  const { api, runtime, store, podStore, job } = await prepareServed();
  const running = await runtime.submit(job('runs'), { store });
  await until('its Secret is there', () => api.names('secrets').length === 1);
  showPod(api, 'running');
  const agent = podStore.openRun(running.uid);
  agent.append({ kind: 'state', state: 'running' });
  await podStore.requestStop(running.uid, 'seen enough');
  const error = { code: 'RUN_ABORTED', kind: 'cancelled', message: 'the agent ends it' } as const;
  agent.append({ kind: 'state', state: 'aborted', reason: 'seen enough', error });
  agent.close();
  await podStore.flush();
  showPod(api, 'completed');
  const { state, record } = await running.wait();
  expect([state, record.error?.message]).toEqual(['aborted', 'the agent ends it']);
  const ends = (await collect(running.events())).filter(({ kind }) => kind === 'state');
  expect(ends).toHaveLength(2);
  expect(api.names('jobs')).toEqual([]);
});
