import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { type Json, toJson } from '../core/json.ts';
import type { ProjectSpec } from './project-spec.ts';

/**
 * The text of project.yaml. Given the text that is there now, only what differs is changed: comments and order of the
 * rest stay.
 */
export function renderProject(spec: ProjectSpec, current?: string): string {
  const wanted = toJson(spec);
  if (current === undefined) return stringify(wanted, { lineWidth: 120 });
  const document = parseDocument(current);
  if (!isMap(document.contents)) return stringify(wanted, { lineWidth: 120 });
  mergeMap(document, document.contents, wanted as Readonly<Record<string, Json>>);
  return document.toString({ lineWidth: 120 });
}

function mergeMap(document: Document, map: YAMLMap, wanted: Readonly<Record<string, Json>>): void {
  for (const pair of [...map.items]) {
    const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
    if (!Object.hasOwn(wanted, key)) map.delete(pair.key);
  }
  for (const [key, value] of Object.entries(wanted)) {
    const node = map.get(key, true);
    if (!mergeInto(document, node, value)) map.set(key, document.createNode(value));
  }
}

function mergeSeq(document: Document, seq: YAMLSeq, wanted: readonly Json[]): void {
  for (let i = seq.items.length - 1; i >= wanted.length; i--) seq.delete(i);
  wanted.forEach((value, i) => {
    if (!mergeInto(document, seq.items[i], value)) seq.set(i, document.createNode(value));
  });
}

/** Changes a node in place; false when it is of another type and must be replaced. */
function mergeInto(document: Document, node: unknown, value: Json): boolean {
  if (Array.isArray(value)) {
    if (!isSeq(node)) return false;
    mergeSeq(document, node, value as readonly Json[]);
    return true;
  }
  if (value !== null && typeof value === 'object') {
    if (!isMap(node)) return false;
    mergeMap(document, node, value as Readonly<Record<string, Json>>);
    return true;
  }
  if (!isScalar(node)) return false;
  if (node.value !== value) node.value = value;
  return true;
}
