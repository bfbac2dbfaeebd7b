import type { FieldScope } from './condition.ts';

/** Which fields a filter may name. */
export interface FieldCatalogue {
  readonly scopes: readonly FieldScope[];
  /** Properties of the thing itself, and how they compare. `seconds` also takes durations such as '5m'. */
  readonly attributes: Readonly<Record<string, 'text' | 'number' | 'seconds'>>;
}

export const runFields: FieldCatalogue = {
  scopes: ['metrics', 'params', 'labels', 'results', 'inputs'],
  attributes: {
    uid: 'text',
    name: 'text',
    project: 'text',
    state: 'text',
    kind: 'text',
    runtime: 'text',
    function: 'text',
    handler: 'text',
    createdAt: 'text',
    startedAt: 'text',
    endedAt: 'text',
    parent: 'text',
    iteration: 'number',
    step: 'text',
    duration: 'seconds',
  },
};

/** `metrics.` and `params.` of an artifact are those of a model's manifest. */
export const artifactFields: FieldCatalogue = {
  scopes: ['metrics', 'params', 'labels', 'metadata'],
  attributes: {
    key: 'text',
    kind: 'text',
    digest: 'text',
    uri: 'text',
    mediaType: 'text',
    producer: 'text',
    createdAt: 'text',
    size: 'number',
  },
};
