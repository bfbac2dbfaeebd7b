import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openWorkspace } from '../../src/projects/open-workspace.ts';
import { planResume } from '../../src/projects/resume-pipeline.ts';
import { startPipelinePlan } from '../../src/projects/start-pipeline.ts';
import { plan, step } from '../pipelines/support/plan.ts';

it('a resumed pipeline keeps the runtime, image, network and caching that it was started with', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-resume-'));
  // a daemon that is not there: the step cannot start, and there is something to resume
  const workspace = await openWorkspace({ directory, env: { DOCKER_HOST: `unix://${directory}/none.sock` } });
  try {
    const asked = {
      runtime: 'docker',
      image: 'example.com/team/train:1',
      network: 'none',
      cache: 'on',
    } as const;
    const started = await startPipelinePlan(workspace, plan([step('a')]), asked);
    const failed = await started.wait();
    // the same plan with other options, later
    const later = await startPipelinePlan(workspace, plan([step('a')]), {
      runtime: 'docker',
      image: 'example.com/b:3',
    });
    await later.wait();
    expect(failed).toMatchObject({ state: 'error', error: { code: 'STEP_FAILED' } });
    expect((await planResume(workspace, failed.uid)).request).toMatchObject(asked);
    const other = { image: 'example.com/team/train:2', network: 'host' };
    const changed = await planResume(workspace, failed.uid, { request: other });
    expect(changed.request).toMatchObject({ ...asked, ...other });
  } finally {
    await workspace.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
