/** Stands in for `slipway` inside a bundle: the API that the process running it provides. */
export const apiModule: string = `const slots = globalThis[Symbol.for('slipway')];
const api = slots && slots.get('api');
if (!api) throw new Error('the slipway API is missing: this bundle must be loaded by Slipway');
module.exports = api;
`;

/** Stands in for `tslab`: a packaged function has no notebook to show things in. */
export const displayModule: string = `const silent = () => {};
const display = Object.fromEntries(
  ['javascript', 'html', 'markdown', 'latex', 'svg', 'png', 'jpeg', 'gif', 'pdf', 'text', 'raw'].map((key) => [key, silent]),
);
module.exports = { display, newDisplay: () => display, versions: {} };
`;
