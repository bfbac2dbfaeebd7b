import { importFunction } from 'slipway';

const load = await importFunction('hub://load-dataset');
const describe = await importFunction('hub://describe');

const penguins = await load.run({ params: { name: 'penguins' } });
const run = await describe.run({ inputs: { data: await penguins.artifact('dataset') } });
console.log(run.results);
