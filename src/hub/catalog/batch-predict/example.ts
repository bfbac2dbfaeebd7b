import { importFunction } from 'slipway';

const load = await importFunction('hub://load-dataset');
const train = await importFunction('hub://train-classifier');
const predict = await importFunction('hub://batch-predict');

const iris = await load.run({ params: { name: 'iris', holdout: 0.2 } });
const trained = await train.run({
  inputs: { data: await iris.artifact('train') },
  params: { algorithm: 'logistic' },
});
const run = await predict.run({
  inputs: { model: await trained.artifact('model'), data: await iris.artifact('test') },
});
console.log(run.results);
