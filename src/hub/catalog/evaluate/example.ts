import { importFunction } from 'slipway';

const load = await importFunction('hub://load-dataset');
const train = await importFunction('hub://train-classifier');
const evaluate = await importFunction('hub://evaluate');

const penguins = await load.run({ params: { name: 'penguins', holdout: 0.25 } });
const trained = await train.run({ inputs: { data: await penguins.artifact('train') } });
const run = await evaluate.run({
  inputs: { model: await trained.artifact('model'), data: await penguins.artifact('test') },
});
console.log(run.results);
