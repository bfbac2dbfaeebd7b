import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import type { ClusterOptionValues } from '../../core/cluster-options.ts';
import { fileNotFound } from '../../core/errors.ts';
import { mergeKubernetesOptions } from '../../runtime/cluster-options/merge-kubernetes-options.ts';
import type { KubernetesOptions } from '../../runtime/kubernetes/manifest/kubernetes-options.ts';
import { usageError } from '../errors.ts';

export type ClusterOptionName = Exclude<keyof ClusterOptionValues, 'registryName'>;

/** Options whose keys may hold dots themselves: `nodeSelector.kubernetes.io/os=linux`. */
const flatTables = new Set(['nodeSelector', 'labels', 'annotations', 'env']);

/**
 * The Kubernetes options that flags stand for, those of `--kubernetes` in their order, before them what has a flag of its own;
 * undefined where none is given. Their fields are checked where the run is prepared.
 * @throws CLI_USAGE, FILE_NOT_FOUND
 */
export function readClusterOptions(
  options: Partial<Pick<ClusterOptionValues, ClusterOptionName>>,
  directory: string,
): KubernetesOptions | undefined {
  const { kubeconfig, kubeContext: context, namespace, trackingAddress, kubernetes = [] } = options;
  const own = { kubeconfig, context, namespace, trackingAddress };
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const named = Object.keys(given).length > 0 ? (given as KubernetesOptions) : undefined;
  return mergeKubernetesOptions(named, ...kubernetes.map((text) => readOption(text, directory)));
}

function readOption(text: string, directory: string): KubernetesOptions {
  const match = /^([A-Za-z][A-Za-z0-9]*)(?:\.([^=]+))?=(.*)$/s.exec(text);
  if (match?.[1] !== undefined) return asOption(match[1], match[2], parseValue(match[3] ?? ''));
  return text.trimStart().startsWith('{') ? parseTable(text, '--kubernetes') : readFile(text, directory);
}

function asOption(name: string, inner: string | undefined, value: unknown): KubernetesOptions {
  const keys = inner === undefined ? [] : flatTables.has(name) ? [inner] : inner.split('.');
  return [name, ...keys].reduceRight<unknown>(
    (nested, key) => ({ [key]: nested }),
    value,
  ) as KubernetesOptions;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function readFile(name: string, directory: string): KubernetesOptions {
  const file = path.resolve(directory, name);
  try {
    return parseTable(readFileSync(file, 'utf8'), `"${name}"`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw fileNotFound(`--kubernetes "${name}" is neither key=value nor a file`, {
      hint: `write serviceAccount=trainer, or name a YAML or JSON file; looked for "${file}"`,
    });
  }
}

function parseTable(text: string, where: string): KubernetesOptions {
  const document = parseDocument(text, { prettyErrors: false });
  const [problem] = document.errors;
  const content: unknown = problem === undefined ? document.toJS() : undefined;
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  throw usageError(
    `the Kubernetes options in ${where} cannot be read${problem === undefined ? '' : `: ${problem.message.split('\n')[0]}`}`,
    { hint: 'write a table of options: { "serviceAccount": "trainer" }' },
  );
}
