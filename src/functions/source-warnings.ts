import { existsSync } from 'node:fs';
import path from 'node:path';
import { lineAt } from '../notebooks/blank-text.ts';

/** One of the user's own sources. */
export interface OwnSource {
  /** Name of the place of a line: `train.ipynb cell 3, line 2`. */
  readonly place: (line: number) => string;
  readonly text: string;
  /** Folders that the file or notebook, and the project, are in. */
  readonly folders: readonly string[];
}

const readers =
  '(?:\\b(?:readFile|readdir|opendir|readTextFile|createReadStream)(?:Sync)?|\\b(?:existsSync|openSync|statSync)|\\b(?:fs|fsp|fsPromises|promises)\\.(?:open|stat|access|cp|copyFile))';
const literal = '\\(\\s*([\'"`])([^\'"`$\\n]+)\\1';
const readCall = new RegExp(`${readers}${literal}`, 'g');
const ownUrl = /\bnew\s+URL\(\s*(['"`])([^'"`$\n]+)\1\s*,\s*import\.meta\.url\s*\)/g;
const ownPlace = /\bimport\.meta\.(?:url|dirname|filename)\b|\b__(?:dir|file)name\b/g;
const computedImport = /(?<![.\w$])(import|require)\(\s*([A-Za-z_$][\w$.]*)\s*[,)]/g;

/** What a source does that a bundle, far from the user's files, cannot do: where, and what to do instead. */
export function sourceWarnings(source: OwnSource): string[] {
  const text = blankComments(source.text);
  const at = (match: RegExpMatchArray): string => source.place(lineAt(text, match.index ?? 0));
  const urls = [...text.matchAll(ownUrl)];
  const files = [...text.matchAll(readCall), ...urls].filter(([, , file = '']) =>
    isBeside(file, source.folders),
  );
  const places = [...text.matchAll(ownPlace)].filter((place) => !urls.some((url) => isInside(place, url)));
  return [
    ...files.map(
      (match) =>
        `${at(match)} reads "${match[2]}", which will not be there elsewhere: ${asInput(match[2] ?? '')}`,
    ),
    ...places.map((match) => `${at(match)} asks for its own place; in a bundle that is the bundle's folder`),
    ...[...text.matchAll(computedImport)].map(
      (match) =>
        `${at(match)} imports a computed name (${match[2]}); it is looked up when the function runs, and not bundled: write the name itself, or install the package where it runs (requirements of the image)`,
    ),
  ];
}

/** How a file gets to a run wherever that is. */
function asInput(file: string): string {
  const name =
    path
      .basename(file)
      .replace(/\.[^.]*$/, '')
      .replace(/[^A-Za-z0-9]+/g, '_') || 'data';
  return `take it as an input ({ ${name} }: { ${name}: DataItem }, then --input ${name}=${file})`;
}

/** A relative path to something that is there: what a function writes itself, and temporary files, are not meant. */
function isBeside(file: string, folders: readonly string[]): boolean {
  if (path.isAbsolute(file) || /^[a-z][a-z0-9+.-]+:/i.test(file)) return false;
  return folders.some((folder) => existsSync(path.resolve(folder, file)));
}

function isInside(inner: RegExpMatchArray, outer: RegExpMatchArray): boolean {
  const [start, from] = [inner.index ?? 0, outer.index ?? 0];
  return start >= from && start < from + outer[0].length;
}

/** Without comments, every line where it was. A `//` inside a text mostly follows a colon. */
function blankComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(
      /(^|[\s;{}(),])\/\/[^\n]*/g,
      (comment, before: string) => before + ' '.repeat(comment.length - before.length),
    );
}
