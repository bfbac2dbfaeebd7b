import { importFunction } from 'slipway';

const load = await importFunction('hub://load-dataset');
const train = await importFunction('hub://train-classifier');

const iris = await load.run({ params: { name: 'iris' } });
const run = await train.run({
  inputs: { data: await iris.artifact('dataset') },
  params: { algorithm: 'decision-tree', folds: 5 },
  hyperparams: { depth: [2, 3, 4] },
  selector: 'max.accuracy',
});
console.log(run.results);
