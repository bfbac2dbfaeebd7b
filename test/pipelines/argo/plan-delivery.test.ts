import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPodPlace } from '../../../src/pipelines/argo/pod/read-pod-place.ts';
import { renderPlanDelivery } from '../../../src/pipelines/argo/render-plan-delivery.ts';
import { renderSecretDelivery } from '../../../src/pipelines/argo/render-secret-delivery.ts';
import { canonicalPlan } from '../../../src/pipelines/plan/digest-plan.ts';
import { deliveryFiles } from '../../../src/runtime/agent/delivery-files.ts';
import { literal, plan, step } from '../support/plan.ts';
import { compile, leaves } from './support/compile.ts';

interface Part {
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** Text that hardly gets smaller when it is compressed. */
const dense = (size: number): string => {
  const lines = Array.from({ length: Math.ceil(size / 64) }, (_, n) =>
    createHash('sha256').update(String(n)).digest('hex'),
  );
  return lines.join('').slice(0, size);
};
const planOf = (size: number) => plan([step('a', { arguments: { text: literal(dense(size)) } })]);
const deliver = (size: number): readonly Part[] =>
  renderPlanDelivery(planOf(size), { name: 'demo' }, { name: 'demo-run' }) as readonly Part[];

describe('the plan of a workflow', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'slipway-delivery-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What a pod reads where these objects are mounted. */
  function readIn(parts: readonly Part[]) {
    for (const { data = {}, binaryData = {} } of parts) {
      for (const [name, text] of Object.entries(data)) writeFileSync(path.join(folder, name), text);
      for (const [name, text] of Object.entries(binaryData))
        writeFileSync(path.join(folder, name), Buffer.from(text, 'base64'));
    }
    const token = path.join(folder, deliveryFiles.token);
    writeFileSync(token, 'secret');
    return readPodPlace(['step:a'], {
      SLIPWAY_JOB_FOLDER: folder,
      SLIPWAY_TERMINATION_FILE: path.join(folder, 'last-word'),
      SLIPWAY_TRACKING_URL: 'http://tracking.example.com',
      SLIPWAY_TRACKING_TOKEN_FILE: token,
      SLIPWAY_RUN: 'run',
    });
  }

  it('is brought as it is, to be read by people too, while one object holds it', () => {
    const [only, ...others] = deliver(900_000);
    expect(others).toEqual([]);
    expect(JSON.parse(only?.data?.['plan.json'] ?? '')).toEqual(canonicalPlan(planOf(900_000)));
    expect(readIn(deliver(900_000)).plan).toEqual(canonicalPlan(planOf(900_000)));
  });

  it('is dealt out over as many objects as it takes, which pods read as one', () => {
    const parts = deliver(5_000_000);
    expect(parts.map(({ metadata }) => metadata.name)).toEqual([
      'demo-run',
      'demo-run-part-2',
      'demo-run-part-3',
    ]);
    for (const part of parts) {
      const [content = ''] = Object.values(part.binaryData ?? {});
      expect(Buffer.from(content, 'base64').length).toBeLessThanOrEqual(1_000_000);
    }
    expect(deliver(5_000_000)).toEqual(parts);
    const place = readIn(parts);
    expect(place.plan).toEqual(canonicalPlan(planOf(5_000_000)));
    expect(place.context).toEqual({ name: 'demo' });
  });

  it('is mounted with all its parts', () => {
    const [leaf] = leaves(compile(planOf(10), { deliveryParts: 3 }));
    const sources = leaf?.volumes?.find(({ name }) => name === 'delivery')?.projected?.sources ?? [];
    expect(sources.map(({ configMap }) => configMap?.name)).toEqual([
      'demo-run',
      'demo-run-part-2',
      'demo-run-part-3',
      undefined,
    ]);
  });

  it('is refused, with its size and what may be, where even that is not enough', () => {
    expect(() => deliver(40_000_000)).toThrow(
      expect.objectContaining({
        code: 'DELIVERY_TOO_LARGE',
        message: expect.stringMatching(/takes \d+ KiB, compressed \d+ KiB; 16 ConfigMaps hold 15625 KiB/),
        hint: expect.stringContaining('as artifacts'),
      }),
    );
  });

  it('is refused with a graph that one workflow does not hold', () => {
    const wide = plan(Array.from({ length: 12_000 }, (_, n) => step(`a-step-with-quite-a-long-name-${n}`)));
    expect(() => compile(wide)).toThrow(/its graph takes \d+ KiB, a workflow holds 976 KiB/);
  });

  it('comes with secrets that fit into one object, or is refused', () => {
    const content = { token: 't', secrets: { LARGE: 'x'.repeat(1_000_001) } };
    expect(() => renderSecretDelivery(content, { name: 'demo-run' })).toThrow(
      /the secrets of the pipeline take/,
    );
  });
});
