import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { describeWith } from '../setup/components.ts';
import { JupyterKernel } from './jupyter-kernel.ts';
import { installedFolder, saveNotebook } from './notebook-folder.ts';

const cells = [
  "import { codeToFunction, type Context } from 'slipway';",
  `async function work(ctx: Context, {}: {}) {
  for (let step = 0; step < 500; step++) {
    ctx.logMetric('step', step);
    console.log('step ' + step);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { done: true };
}`,
  'const fn = await codeToFunction(work);',
];

describeWith(['kubernetes'], 'a run on a cluster, started from a cell', () => {
  let cluster: TestCluster;
  let namespace: string;

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
  });
  afterAll(() => cluster?.deleteNamespace(namespace));

  it('shows its card live until the result, and pushes an image only if the function changed', async () => {
    const folder = installedFolder();
    const settings = `image: { name: '${cluster.registry}/${createUid()}/{function}' }\nkubernetes: { namespace: ${namespace}, requests: { cpu: 50m } }`;
    writeFileSync(path.join(folder, 'project.yaml'), `name: cards\n${settings}\n`);
    saveNotebook(path.join(folder, 'nb.ipynb'), cells);
    const kernel = await JupyterKernel.start(folder, { env: { KUBECONFIG: cluster.kubeconfig } });
    try {
      await kernel.ready();
      for (const cell of cells) await kernel.run(cell, 120_000);
      const seen: string[] = [];
      const cell = await kernel.execute("const done = await fn.run({ runtime: 'kubernetes' });", {
        deadlineMs: 240_000,
        onMessage: ({ displays }) => {
          const text = displays.at(-1)?.data['text/plain'] ?? '';
          if (seen.at(-1) !== text) seen.push(text);
        },
      });
      expect(cell.error).toBeUndefined();
      expect(cell.stderr).toContain('image: pushed');
      const live = seen.filter((text) =>
        /^work · running[\s\S]*metrics +step=\d+[\s\S]*step \d+$/.test(text),
      );
      expect(live.length).toBeGreaterThanOrEqual(2);
      expect(new Set(cell.displays.map(({ id }) => id)).size).toBe(1);
      expect(seen.at(-1)).toMatch(/^work · completed [\s\S]*results +done=true[\s\S]*step 499$/);
      expect(await kernel.run('[done.record.runtime, done.record.cluster?.namespace].join()')).toBe(
        `kubernetes,${namespace}\n`,
      );
      const again = await kernel.execute(
        "const again = await fn.run({ runtime: 'kubernetes', kubernetes: { labels: { round: 'two' } } });",
        { deadlineMs: 240_000 },
      );
      expect(again.error).toBeUndefined();
      expect(again.stderr).not.toContain('image: pushed');
    } finally {
      await kernel.close();
    }
  }, 600_000);
});
