import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { layoutGraph } from '../../src/pipelines/report/layout-graph.ts';
import { renderReportPage } from '../../src/pipelines/report/render-report-page.ts';
import type { ReportData } from '../../src/pipelines/report/report-data.ts';
import { runPlan } from '../../src/pipelines/run-plan.ts';
import { describeWith } from '../setup/components.ts';
import { inProcess, newStoreFolder } from './support/in-process.ts';
import { literal, output, plan, step } from './support/plan.ts';

/** A run in which steps completed, failed, were cancelled, skipped by a condition and never started. */
async function troubled(): Promise<ReportData> {
  const { store } = newStoreFolder();
  const planned = plan(
    [
      step('load'),
      step('each', {
        map: 'each',
        arguments: { n: { type: 'item', of: 'each', part: 'value', path: [] } },
      }),
      step('off', { when: { type: 'compare', operator: '>', left: output('load', 'n'), right: literal(9) } }),
      step('slow', { after: ['load'] }),
      step('bad', { after: ['each'] }),
      step('never <b>', { after: ['bad'] }),
      step('far', { after: ['load', 'bad'] }),
    ],
    {
      maps: { each: { items: output('load', 'list'), after: [] } },
      parallelism: 3,
      arguments: { rate: 0.1 },
      onExit: step('bye'),
    },
  );
  const record = await runPlan(planned, {
    store,
    submitStep: inProcess(store, {
      load: ({ artifact }) => ({ n: 1, list: ['a', 'b'], rows: artifact('rows') }),
      slow: ({ signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('stopped'))),
        ),
      bad: () => {
        throw new Error('5 < 3 & "so" on');
      },
      any: ({ params }) => ({ got: params.n ?? null }),
    }),
  });
  const uids = (record.steps ?? []).flatMap((one) => one.runUid ?? []);
  const runs = new Map(await Promise.all(uids.map(async (uid) => [uid, await store.getRun(uid)] as const)));
  const [first] = uids;
  const loss = [0.9, 0.5, 0.2].map((value, at) => ({ key: 'loss', value, step: at, time: record.createdAt }));
  const series = new Map(first === undefined ? [] : [[first, loss]]);
  const measured = [...runs].map(([uid, run]) =>
    uid === first ? ([uid, { ...run, metrics: { loss: 0.2 } }] as const) : ([uid, run] as const),
  );
  return { record, plan: planned, runs: new Map(measured), series };
}

it('a report holds every step with its state, whatever became of it, and no markup of users', async () => {
  const page = renderReportPage(await troubled());
  const states = [...page.matchAll(/<tr id="step-([^"]+)" class="(\w+)/g)].map(([, id, state]) => [
    decodeURIComponent(id ?? ''),
    state,
  ]);
  expect(Object.fromEntries(states)).toEqual({
    load: 'completed',
    each: 'completed',
    'each[0]': 'completed',
    'each[1]': 'completed',
    off: 'skipped',
    slow: 'aborted',
    bad: 'error',
    'never <b>': 'skipped',
    far: 'skipped',
    bye: 'completed',
  });
  expect(page).toContain('5 completed, 3 skipped, 1 cancelled, 1 failed');
  expect(page).toContain('5 &lt; 3 &amp; &quot;so&quot; on');
  expect(page).toContain('store://demo/rows@sha256:');
  expect(page).toContain('<polyline');
  expect(page).not.toMatch(/never <b>|<script|src=|@import|url\(/);
});

it('a graph is laid out in layers, nothing on top of each other', () => {
  const nodes = new Map([
    ['a', []],
    ['b', ['a']],
    ['c', ['a']],
    ['d', ['b', 'c', 'a']],
    ['e', ['d', 'a']],
  ]);
  const size = { width: 100, height: 40, gap: { x: 20, y: 30 } };
  const { nodes: places, edges, width, height } = layoutGraph(nodes, size);
  const y = (id: string): number => places.get(id)?.y ?? -1;
  expect(y('a')).toBeLessThan(y('b'));
  expect(y('b')).toBe(y('c'));
  expect(y('d')).toBeLessThan(y('e'));
  const all = [...places.values()];
  for (const [at, one] of all.entries())
    for (const other of all.slice(at + 1))
      expect(Math.abs(one.x - other.x) >= size.width || Math.abs(one.y - other.y) >= size.height).toBe(true);
  for (const { x, y: top } of all) {
    expect(x).toBeLessThanOrEqual(width);
    expect(top).toBeLessThanOrEqual(height);
  }
  expect(edges).toHaveLength(7);
});

describeWith(['chromium'], 'a report in a browser', () => {
  it('shows graph, timeline and steps from the file alone, without an error', {
    timeout: 60_000,
  }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'slipway-report-'));
    const file = path.join(folder, 'report.html');
    writeFileSync(file, renderReportPage(await troubled()));
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const wrong: string[] = [];
      page.on('pageerror', (error) => wrong.push(error.message));
      page.on('request', (request) => request.url().startsWith('file:') || wrong.push(request.url()));
      await page.goto(pathToFileURL(file).href);
      expect(await page.locator('svg.graph a.node').count()).toBe(8);
      expect(await page.locator('svg.timeline .bar').count()).toBe(7);
      await page.locator('svg.graph a.node.error').click();
      expect(page.url()).toMatch(/#step-bad$/);
      expect(await page.locator('tr:target th').textContent()).toContain('bad');
      expect(wrong).toEqual([]);
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true });
    }
  });
});
