import type { Message } from 'esbuild';
import type { SlipwayError, SourceLocation } from '../core/error.ts';
import { internalError } from '../core/errors.ts';
import { installCommand, nodeSpecifier } from '../notebooks/deno-specifier.ts';
import { sourceInvalid } from '../notebooks/errors.ts';
import { packageNotFound } from './errors.ts';
import { packageName } from './installed-package.ts';

import { placeOfSource, renderPlace } from './source-place.ts';

/** Turns what esbuild reports into our errors: which cell or file, which line, what to do. */
export function bundleErrors(error: unknown, root: string): unknown {
  const messages = (error as { errors?: readonly Message[] } | undefined)?.errors;
  const first = messages?.[0];
  if (!messages || !first) return error;
  const problem = explain(first, messages.length - 1, root);
  return problem ?? internalError(`bundling failed: ${first.text}`, { cause: error });
}

function explain(message: Message, others: number, root: string): SlipwayError {
  const location = message.location ? locationOf(message.location) : undefined;
  const where = location ? renderPlace(location) : 'the bundle';
  const more = others > 0 ? ` (and ${others} more ${others === 1 ? 'problem' : 'problems'})` : '';
  const missing = /^Could not resolve "(.+?)"/.exec(message.text)?.[1];
  if (missing === undefined)
    return sourceInvalid(`${where} cannot be bundled: ${message.text}${more}`, {
      hint: 'correct the source and save it',
      location,
    });
  if (/^[./]/.test(missing))
    return sourceInvalid(`"${missing}", imported in ${where}, does not exist${more}`, {
      hint: 'relative imports start from the folder of the file or notebook; check the name and save the file',
      location,
    });
  if (/^https?:/.test(missing))
    return sourceInvalid(`"${missing}", imported in ${where}, is on the network${more}`, {
      hint: 'nothing is fetched while packaging: install the package with npm and import it by its name',
      location,
    });
  const specifier = nodeSpecifier(missing);
  const name = packageName(specifier);
  return packageNotFound(`package "${name}", imported in ${where}, is not installed${more}`, {
    hint: `run \`${installCommand(missing)}\` in "${root}"${specifier === name ? '' : `, or check that it exports "${specifier}"`}`,
    location,
    details: { package: name },
  });
}

function locationOf(location: NonNullable<Message['location']>): SourceLocation {
  return {
    ...placeOfSource(location.file),
    line: location.line,
    column: location.column + 1,
    sourceLine: location.lineText,
  };
}
