import type { ArgsOf, ResultsOfName } from './code-to-function.ts';
import { currentWorkspace } from './current-workspace.ts';
import { createFunctionHandle, type FunctionHandle } from './function-handle.ts';
import type { HubFunctions } from './hub/catalog-types.ts';
import { resolveFunction } from './projects/resolve-function.ts';

export type HubName<Reference> = Reference extends `${infer Scheme}://${infer Name}:${string}`
  ? `${Scheme}://${Name}`
  : Reference;
export type ArgsOfReference<Reference> =
  HubName<Reference> extends keyof HubFunctions
    ? HubFunctions[HubName<Reference>]['args']
    : ArgsOf<Reference>;
export type ResultsOfReference<Reference> =
  HubName<Reference> extends keyof HubFunctions
    ? HubFunctions[HubName<Reference>]['results']
    : ResultsOfName<Reference>;

/**
 * A prebuilt function: `hub://name[:version]`, a `function.yaml`, or a function of project.yaml by name. Hub functions are typed.
 *
 * @example
 * const describe = await importFunction('hub://describe');
 * await describe.run({ inputs: { data: 'penguins.csv' }, params: { label: 'species' } });
 */
export async function importFunction<Reference extends string>(
  reference: Reference,
  options: { readonly handler?: string } = {},
): Promise<FunctionHandle<ArgsOfReference<Reference>, ResultsOfReference<Reference>>> {
  const workspace = await currentWorkspace();
  const packaged = await resolveFunction(workspace, reference, options);
  return createFunctionHandle(
    currentWorkspace,
    packaged,
    options.handler ?? packaged.spec.spec.defaultHandler,
  );
}
