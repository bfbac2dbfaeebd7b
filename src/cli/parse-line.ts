import type { Command, CommanderError } from 'commander';
import { nearestName } from '../core/nearest-name.ts';
import { buildProgram, type ParsedLine } from './build-program.ts';
import type { CommandEntry } from './command.ts';
import type { CommandGroup } from './command-table.ts';
import { usageError } from './errors.ts';

/** What a command line asks for: a command, or a text to show (help). */
export type Line = { readonly command: ParsedLine } | { readonly text: string };

/** Reads the words after `slipway`. Throws `CLI_USAGE` with the nearest command or option. */
export function parseLine(
  argv: readonly string[],
  groups: readonly CommandGroup[],
  width: number | undefined,
): Line {
  let command: ParsedLine | undefined;
  let text = '';
  const program = buildProgram(groups, (line) => {
    command = line;
  });
  const write = (part: string): void => {
    text += part;
  };
  everyCommand(program, (each) => {
    each
      .exitOverride()
      .configureOutput({ writeOut: write, writeErr: () => {}, getOutHelpWidth: () => width ?? 100 });
  });
  if (argv.length === 0) return { text: program.helpInformation() };
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    return { text: textOrThrow(error as CommanderError, text, argv, program) };
  }
  if (!command) throw missingSubcommand(argv, program);
  checkChoices(command.entry, command.args);
  return { command };
}

function everyCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) everyCommand(child, visit);
}

function textOrThrow(error: CommanderError, text: string, argv: readonly string[], program: Command): string {
  if (error.code === 'commander.helpDisplayed' || (error.code === 'commander.help' && error.exitCode === 0))
    return text;
  if (error.code === 'commander.help') throw missingSubcommand(argv, program);
  if (error.code?.startsWith('commander.')) throw renderUsage(error, argv, program);
  throw error;
}

function missingSubcommand(argv: readonly string[], program: Command): Error {
  const parent = program.commands.find((child) => argv.includes(child.name()) && child.commands.length > 0);
  if (!parent) return usageError('no command was given', { hint: 'see slipway --help' });
  const names = parent.commands.map((child) => child.name());
  return usageError(`command "${parent.name()}" needs one more word`, {
    hint: `use one of: ${names.map((name) => `slipway ${parent.name()} ${name}`).join(', ')}`,
  });
}

function renderUsage(error: CommanderError, argv: readonly string[], program: Command): Error {
  const [first = '', second = ''] = error.message.replace(/^error: /, '').split('\n');
  const message = first.replaceAll("'", '"').replace(/\.$/, '');
  const suggestion = /Did you mean (?:one of )?(.*)\?/.exec(second)?.[1]?.replaceAll(', ', '" or "');
  const help = helpCommand(argv, program);
  return usageError(message, {
    hint: suggestion ? `did you mean "${suggestion}"? see ${help}` : `see ${help}`,
  });
}

function helpCommand(argv: readonly string[], program: Command): string {
  const words: string[] = [];
  let at: Command | undefined = program;
  for (const word of argv) {
    const child: Command | undefined = at?.commands.find((candidate) => candidate.name() === word);
    if (!child) continue;
    words.push(word);
    at = child;
  }
  return `slipway ${[...words, '--help'].join(' ')}`;
}

function checkChoices(entry: CommandEntry, args: readonly string[]): void {
  entry.arguments.forEach((argument, at) => {
    const given = args[at];
    if (!argument.choices || given === undefined || argument.choices.includes(given)) return;
    const near = nearestName(given, argument.choices);
    throw usageError(`"${given}" is not a ${argument.name} of slipway ${entry.name}`, {
      hint: `${near ? `did you mean "${near}"? ` : ''}use one of: ${argument.choices.join(', ')}`,
    });
  });
}
