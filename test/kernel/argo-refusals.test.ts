import { readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderKubeconfig } from '../runtime/kubernetes/scripted-api.ts';
import { installedFolder, saveNotebook } from './notebook-folder.ts';
import { type CellOutcome, TslabSession } from './tslab-session.ts';

const cells = [
  "import { codeToFunction, pipeline, type Context } from 'slipway';",
  'async function work(ctx: Context, {}: {}) { return { done: true }; }',
  'const workFn = await codeToFunction(work);',
  "const main = pipeline('main', () => { workFn({}); });",
];

/** Of an API server that has what every cluster has: no Argo. The tests' own cluster has it. */
function startBareApi(): Promise<Server> {
  const missing = JSON.stringify({ kind: 'Status', code: 404, reason: 'NotFound', message: 'not found' });
  const server = createServer((_, response) =>
    response.writeHead(404, { 'content-type': 'application/json' }).end(missing),
  );
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe('a pipeline that is to run on Argo Workflows from a cell is refused, with nothing recorded,', () => {
  let folder: string;
  let session: TslabSession;
  let api: Server;

  beforeAll(async () => {
    folder = installedFolder();
    api = await startBareApi();
    const { port } = api.address() as { port: number };
    writeFileSync(path.join(folder, 'project.yaml'), 'name: refused\n');
    const config = JSON.stringify(renderKubeconfig(`http://127.0.0.1:${port}`));
    writeFileSync(path.join(folder, 'kubeconfig'), config);
    saveNotebook(path.join(folder, 'nb.ipynb'), cells);
    session = new TslabSession({ directory: folder });
    for (const cell of cells) expect((await session.run(cell)).stderr).toBe('');
  }, 120_000);
  afterAll(async () => {
    await session?.close();
    api?.close();
  });

  /** Runs the pipeline with these options; nothing of it may be left. */
  const refused = async (options: string): Promise<CellOutcome> => {
    const outcome = await session.run(`await main.run(${options} as any);`);
    expect(outcome.status).toBe('error');
    expect(outcome.displays).toEqual([]);
    expect(runsOf(folder)).toEqual([]);
    return outcome;
  };

  it('without a name under which images are pushed', async () => {
    const { stderr } = await refused("{ engine: 'argo', kubernetes: { kubeconfig: 'kubeconfig' } }");
    expect(stderr).toMatch(
      /^IMAGE_OPTIONS_INVALID: the image of function "work" has no name .*\n {2}hint: .*imageName/,
    );
  });

  it('without a cluster', async () => {
    const { stderr } = await refused(
      "{ engine: 'argo', imageName: 'localhost:1/x/{function}', kubernetes: { kubeconfig: 'nowhere' } }",
    );
    expect(stderr).toMatch(/^KUBECONFIG_INVALID: .*nowhere.*\n {2}hint: /);
  });

  it('on a cluster without Argo', async () => {
    const { stderr } = await refused(
      "{ engine: 'argo', imageName: 'localhost:1/x/{function}', kubernetes: { kubeconfig: 'kubeconfig' } }",
    );
    expect(stderr).toMatch(
      /^ARGO_MISSING: the cluster at "http:\/\/127\.0\.0\.1:\d+" has no Argo Workflows\n {2}hint: /,
    );
  });

  it.each([
    ["{ engine: 'airflow' }", 'the engine is "airflow", which drives no pipelines'],
    ["{ engin: 'argo' }", 'run() of a pipeline has no option "engin"\n  hint: did you mean "engine"?'],
    ['{ abandon: true }', '"abandon" is said of a run to go on with'],
    ["{ resume: '01jq', from: 'work' }", '"resume" goes on with all that run "01jq" left'],
    ["{ only: 'work', until: 'work' }", '"only" names the one step to run'],
  ])('with options that mean nothing: %s', async (options, message) => {
    expect((await refused(options)).stderr).toContain(`INVALID_REQUEST: ${message}`);
  });

  it('where the environment names an engine that is none', async () => {
    await session.run("process.env.SLIPWAY_ENGINE = 'airflow';");
    const { stderr } = await refused('{}');
    expect(stderr).toContain('INVALID_REQUEST: SLIPWAY_ENGINE is "airflow", which drives no pipelines');
  });
});

function runsOf(folder: string): readonly string[] {
  const files = readdirSync(path.join(folder, '.slipway'), { recursive: true }) as string[];
  return files.filter((name) => name.endsWith('events.jsonl'));
}
