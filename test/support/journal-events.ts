/** The first event of a run of the project `demo`, as another writer sends it. */
export const createdEvent = (uid: string, time: number): object => ({
  seq: 1,
  time,
  kind: 'created',
  uid,
  name: 'far',
  project: 'demo',
  runKind: 'run',
  params: {},
  inputs: {},
  labels: {},
});

/** A point of the metric `loss`, whose value is its number. */
export const pointEvent = (seq: number, time: number): object => ({
  seq,
  time,
  kind: 'metric',
  key: 'loss',
  value: seq,
});
