import * as v from 'valibot';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { invalidHubItem } from './errors.ts';

/** What `item.yaml` says about a hub function. */
export interface HubItem {
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  /** One sentence. */
  readonly description: string;
  readonly categories: readonly string[];
  /** Exported name in `function.ts`. */
  readonly handler: string;
  readonly examples: readonly HubExample[];
  readonly labels: Readonly<Record<string, string>>;
  /** SPDX expression. */
  readonly licence: string;
}

export interface HubExample {
  readonly title: string;
  /** As typed into a shell. */
  readonly command: string;
}

const text = v.pipe(v.string(), v.nonEmpty());
const semver = v.pipe(
  v.string(),
  v.regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/, 'must be a semantic version such as 1.0.0'),
);
const schema = v.strictObject({
  apiVersion: v.literal('slipway/v1'),
  kind: v.literal('HubItem'),
  name: v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower case words joined by "-"')),
  version: semver,
  description: text,
  categories: v.pipe(v.array(text), v.minLength(1)),
  handler: v.pipe(v.string(), v.regex(/^[A-Za-z_$][\w$]*$/, 'must be the name of an exported function')),
  examples: v.array(v.strictObject({ title: text, command: text })),
  labels: v.record(v.string(), v.string()),
  licence: text,
});

/** Reads an `item.yaml`. Throws `INVALID_HUB_ITEM` naming file, line and what is wrong. */
export function parseHubItem(source: string, file: string): HubItem {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken)
    throw invalidHubItem(`"${file}" is no YAML: ${broken.message.split('\n')[0]}`, {
      hint: `look at line ${lines.linePos(broken.pos[0]).line}`,
    });
  const parsed = v.safeParse(schema, document.toJS());
  if (!parsed.success) throw wrongEntry(parsed.issues[0], document, lines, file);
  const { apiVersion: _, kind: __, ...item } = parsed.output;
  return item;
}

function wrongEntry(
  issue: v.BaseIssue<unknown>,
  document: Document,
  lines: LineCounter,
  file: string,
): Error {
  const path = issue.path?.map((part) => part.key as string | number) ?? [];
  const node = document.getIn(path, true);
  const at = isNode(node) && node.range ? lines.linePos(node.range[0]).line : undefined;
  return invalidHubItem(`"${path.join('.') || 'item.yaml'}" in "${file}" is wrong: ${issue.message}`, {
    hint: 'see the item.yaml of another hub function',
    location: { file, ...(at === undefined ? {} : { line: at }) },
  });
}
