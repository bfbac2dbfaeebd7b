import { importFunction } from 'slipway';

const load = await importFunction('hub://load-dataset');
const aggregate = await importFunction('hub://aggregate');

const penguins = await load.run({ params: { name: 'penguins' } });
const run = await aggregate.run({
  inputs: { data: await penguins.artifact('dataset') },
  params: { groupBy: ['species', 'sex'], metrics: ['body_mass_g'], functions: ['mean', 'std', 'count'] },
});
console.log(run.results);
