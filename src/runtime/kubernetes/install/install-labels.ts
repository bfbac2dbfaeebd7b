import { type InstallOptions, installName } from './install-options.ts';

/**
 * Labels of an object of an installation. Not `managed-by`: that one tells Slipway's runs from everything else, and tools that install
 * write their own name there.
 */
export function installLabels(options: InstallOptions, component: string): Record<string, string> {
  return { ...selectorLabels(options, component), 'app.kubernetes.io/version': options.version };
}

/** Labels that never change, so that selectors hold across versions. */
export function selectorLabels(options: InstallOptions, component: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'slipway',
    'app.kubernetes.io/instance': installName(options),
    'app.kubernetes.io/component': component,
  };
}
