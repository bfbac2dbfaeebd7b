import { readFileSync } from 'node:fs';
import { createFileScope, createSourceReader } from '../../functions/source-scope.ts';
import { parseSource } from '../../notebooks/typescript.ts';
import { misusesIn, type ReferenceMisuse } from './check-source.ts';
import { findBodies } from './find-bodies.ts';
import { type PipelineSignature, signatureOf } from './read-parameters.ts';

/** What the source of a pipeline file tells without running it. */
export interface PipelineFileReport {
  /** References used as values; paths are `shownAs`. */
  readonly misuses: readonly ReferenceMisuse[];
  /** Typed parameters of the pipelines whose names are written as plain text. */
  readonly signatures: Readonly<Record<string, PipelineSignature>>;
  /** Files that were read to follow types. */
  readonly files: readonly string[];
}

/** Reads a pipeline file's source. Loads the TypeScript parser; remember the result for as long as `files` stay as they are. */
export function readPipelineSource(file: string, shownAs: string): PipelineFileReport {
  const source = parseSource(file, readFileSync(file, 'utf8'));
  const reader = createSourceReader();
  const scope = createFileScope(file, source, reader);
  const named = findBodies(source).flatMap(({ name, body }) =>
    name === undefined ? [] : [[name, signatureOf(name, body, scope)] as const],
  );
  return {
    misuses: misusesIn(source, shownAs),
    signatures: Object.fromEntries(named),
    files: [file, ...reader.files],
  };
}
