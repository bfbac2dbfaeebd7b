import { importFunction } from 'slipway';

const load = await importFunction('hub://load-dataset');
const run = await load.run({ params: { name: 'penguins', holdout: 0.25, seed: 42 } });
console.log(run.results);
