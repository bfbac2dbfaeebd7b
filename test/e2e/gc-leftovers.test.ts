import { existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolder, type Folder } from './slipway.ts';

const step = (n: number): string =>
  `import type { Context } from 'slipway';\nexport async function step(_ctx: Context, {}: {}) { return { n: ${n} }; }\n`;
const pipeline = (name: string): string => `import { codeToFunction, pipeline } from 'slipway';
const step = await codeToFunction({ filename: 'step.ts', handler: 'step' }) as any;
export default pipeline('${name}', () => ({ n: step.with({ cache: { mode: 'on' } })({}).n }));
`;

const oldFiles = (folder: Folder, ...below: readonly string[]): string =>
  path.join(folder.path, '.slipway', ...below);
const plansOf = (folder: Folder): readonly string[] =>
  readdirSync(oldFiles(folder, 'plans', 'started')).sort();

/** As if it had been written that many days ago. */
function age(file: string, days: number): void {
  const then = new Date(Date.now() - days * 24 * 3600_000);
  utimesSync(file, then, then);
}

function ageAll(folder: string, days: number): void {
  for (const name of readdirSync(folder)) age(path.join(folder, name), days);
}

describe('slipway gc', () => {
  it('takes plans of runs that are gone, and keeps those of runs that can be resumed or restored', async () => {
    const folder = createFolder({
      'step.ts': step(1),
      'one.pipeline.ts': pipeline('one'),
      'two.pipeline.ts': pipeline('two'),
    });
    const uids: string[] = [];
    for (const name of ['one', 'two', 'two'])
      uids.push((await folder.json(['pipeline', 'run', `${name}.pipeline.ts`])).data.uid);
    const [first = '', second = '', third = ''] = uids;
    const plans = (): readonly string[] =>
      readdirSync(oldFiles(folder, 'plans')).filter((name) => name.endsWith('.json'));
    expect(plansOf(folder)).toEqual([first, second, third].sort().map((uid) => `${uid}.json`));
    expect(plans()).toHaveLength(2);
    for (const below of [['plans'], ['plans', 'started']]) ageAll(oldFiles(folder, ...below), 1);

    await folder.slipway(['rm', first, second]);
    const kept = await folder.json(['gc', '--older-than', '1d']);
    expect(kept.data.leftovers, 'what is in the trash may be restored').toEqual([]);
    const dry = await folder.json(['gc', '--dry-run']);
    expect(plansOf(folder)).toHaveLength(3);
    expect(dry.data.leftovers).toEqual([]);

    const real = await folder.json(['gc']);
    const gone = real.data.leftovers.map(
      ({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`,
    );
    expect(gone).toEqual(
      expect.arrayContaining([`plan started/${first}.json`, `plan started/${second}.json`]),
    );
    expect(gone).toHaveLength(3);
    expect(plansOf(folder)).toEqual([`${third}.json`]);
    expect(plans(), 'the plan of the run that is left').toHaveLength(1);
    expect((await folder.json(['gc'])).data.leftovers).toEqual([]);
    const report = await folder.slipway(['pipeline', 'plan', 'two.pipeline.ts', '--against', third]);
    expect(report.stdout).toBe('the plans are the same\n');
  });

  it('takes claims of dead processes, temporary servers that nobody ships to, and bundles of code that was changed long ago', async () => {
    const folder = createFolder({ 'step.ts': step(1) });
    await folder.json(['run', 'step.ts']);
    const bundles = oldFiles(folder, 'cache', 'bundles');
    const [before = ''] = readdirSync(bundles);
    folder.write('step.ts', step(2));
    await folder.json(['run', 'step.ts']);
    ageAll(bundles, 40);

    const project = readdirSync(oldFiles(folder, 'projects'))[0] ?? '';
    const claims = oldFiles(folder, 'projects', project, 'claims');
    mkdirSync(claims, { recursive: true });
    const dead = { host: hostname(), pid: process.pid, startTicks: '1' };
    const write = (name: string, holder: object): string =>
      folder.write(
        path.relative(folder.path, path.join(claims, name)),
        JSON.stringify({ holder: JSON.stringify(holder), leaseMs: 30_000 }),
      );
    age(write('dead.1', { thing: 'y', process: dead }), 2);
    write('fresh.1', { thing: 'x', process: dead });
    const route = { id: 'r1', project, server: 'https://x', url: 'http://x', token: 't', host: 'x', port: 1 };
    folder.write('.slipway/routes/r1.json', JSON.stringify({ ...route, submitter: dead, process: dead }));

    const dry = await folder.slipway(['gc', '--dry-run']);
    expect(dry.stdout).toContain('leftovers of what is gone');
    expect(existsSync(path.join(bundles, before))).toBe(true);
    const { data } = await folder.json(['gc']);
    const gone = data.leftovers.map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`);
    expect(gone).toEqual(expect.arrayContaining(['claim dead.1', 'route r1', `bundle ${before}`]));
    expect(readdirSync(claims)).toEqual(['fresh.1']);
    expect(readdirSync(bundles), 'the latest of the function').toHaveLength(1);
    expect((await folder.json(['run', 'step.ts'])).data.results).toEqual({ n: 2 });
  });
});
