import { stringify } from 'yaml';

/**
 * Manifests as YAML for people and for kubectl. Keys and strings are quoted: readers of YAML 1.1 take a bare `y`, `on` or `0755`
 * for something else.
 */
export function renderYaml(objects: readonly object[]): string {
  const options = {
    defaultKeyType: 'QUOTE_DOUBLE',
    defaultStringType: 'QUOTE_DOUBLE',
    lineWidth: 0,
    aliasDuplicateObjects: false,
  } as const;
  return objects.map((object) => stringify(JSON.parse(JSON.stringify(object)), options)).join('---\n');
}
