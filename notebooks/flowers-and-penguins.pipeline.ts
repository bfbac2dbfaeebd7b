import { codeToFunction, importFunction, pipeline } from 'slipway';

const load = await importFunction('hub://load-dataset');
const describe = await importFunction('hub://describe');
const evaluate = await importFunction('hub://evaluate');
const batchPredict = await importFunction('hub://batch-predict');
const train = await codeToFunction({ filename: 'penguins.ipynb', handler: 'train' });

/** Load → describe → train (a sweep, best by accuracy) → evaluate on the held-out rows → batch-predict, for both data sets. */
export default pipeline('main', (_p, { seed = 5, holdout = 0.3 }: { seed?: number; holdout?: number }) => {
  const accuracy = (['iris', 'penguins'] as const).map((name) => {
    const rows = load.as(`load-${name}`)({ name, holdout, seed });
    describe.as(`describe-${name}`)({ data: rows.dataset, label: 'species' });
    const best = train
      .as(`train-${name}`)
      .with({ seed: 5 })
      .sweep({
        hyperparams: { rate: [0.2, 0.5, 2], decay: [0.0001, 0.01], epochs: [100, 400] },
        selector: 'max.accuracy',
        parallel: 2,
      })({ data: rows.train, label: 'species' });
    const scores = evaluate.as(`evaluate-${name}`)({ model: best.model, data: rows.test, label: 'species' });
    batchPredict.as(`predict-${name}`)({ model: best.model, data: rows.test });
    return [name, scores.accuracy] as const;
  });
  return Object.fromEntries(accuracy);
});
