import { Command, Option } from 'commander';
import { type OptionEntry, type OptionName, optionTable } from '../core/option-table.ts';
import type { CommandEntry } from './command.ts';
import type { CommandGroup } from './command-table.ts';
import type { RawOption } from './options/parse-option.ts';

/** A command line that was understood: which command, its arguments, and the flags as text. */
export interface ParsedLine {
  readonly entry: CommandEntry;
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, RawOption>>;
}

/** Options that every command takes. */
export const globalOptions: readonly OptionName[] = [
  'directory',
  'project',
  'trackingUrl',
  'color',
  'noColor',
];

/** Builds the parser from the tables; `chosen` is called once with what the user asked for. */
export function buildProgram(groups: readonly CommandGroup[], chosen: (line: ParsedLine) => void): Command {
  const program = new Command('slipway')
    .description('Notebook-centric ML: track, tune, package and compose plain functions.')
    .usage('<command> [options]')
    .option('-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Show help for a command.')
    .helpCommand('help [command]', 'Show help for a command.')
    .configureHelp({ sortOptions: false, showGlobalOptions: true });
  for (const name of globalOptions) program.addOption(createOption(optionTable[name]));
  const parents = new Map<string, Command>();
  for (const group of groups)
    for (const entry of group.commands) addCommand(program, parents, group, { entry, chosen });
  return program;
}

function addCommand(
  program: Command,
  parents: Map<string, Command>,
  group: CommandGroup,
  { entry, chosen }: { entry: CommandEntry; chosen: (line: ParsedLine) => void },
): void {
  const words = entry.name.split(' ');
  const leaf = words.at(-1) ?? entry.name;
  const parentName = words.length > 1 ? words[0] : undefined;
  const parent = parentName === undefined ? program : parentOf(program, parents, group, parentName);
  const command = parent.command(leaf, { hidden: entry.hidden === true }).summary(entry.summary);
  command.description(entry.description ? `${entry.summary}\n\n${entry.description}` : entry.summary);
  if (parent === program) command.helpGroup(`${group.title}:`);
  for (const argument of entry.arguments) command.argument(argumentForm(argument), argument.doc);
  for (const name of entry.options) command.addOption(createOption(optionTable[name]));
  if (entry.examples?.length)
    command.addHelpText('after', `\nExamples:\n${entry.examples.map((line) => `  $ ${line}`).join('\n')}`);
  command.action(() => {
    chosen({ entry, args: command.args, flags: collectFlags(command, [...globalOptions, ...entry.options]) });
  });
}

function parentOf(
  program: Command,
  parents: Map<string, Command>,
  group: CommandGroup,
  name: string,
): Command {
  const parent =
    parents.get(name) ??
    program
      .command(name)
      .description(group.parents?.[name] ?? name)
      .helpGroup(`${group.title}:`);
  parents.set(name, parent);
  return parent;
}

/** `<name>`, `[name]`, `<name...>` as help shows it. */
export function argumentForm(argument: CommandEntry['arguments'][number]): string {
  const name = argument.variadic ? `${argument.name}...` : argument.name;
  return argument.optional ? `[${name}]` : `<${name}>`;
}

/** The flags of an option as help shows them: `-p, --param <key=value>`. */
export function optionForm(entry: OptionEntry): string {
  const flags = [entry.short, entry.flag].filter((flag) => flag !== undefined).join(', ');
  return entry.type === 'flag' ? flags : `${flags} <${entry.value ?? 'value'}>`;
}

function createOption(entry: OptionEntry): Option {
  const option = new Option(optionForm(entry), describeOption(entry));
  if (entry.type === 'pair' || entry.type === 'list')
    option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
  return option;
}

/** An option's text with its default and where else it can be set. */
export function describeOption(entry: OptionEntry): string {
  const notes = [
    ...(entry.choices ? [`one of ${entry.choices.join(', ')}`] : []),
    ...(entry.default === undefined ? [] : [`default ${entry.default}`]),
    ...(entry.env ? [entry.env] : []),
  ];
  const shown = entry.choices?.every((choice) => entry.doc.includes(choice)) ? notes.slice(1) : notes;
  return shown.length ? `${entry.doc} (${shown.join('; ')})` : entry.doc;
}

function collectFlags(command: Command, names: readonly OptionName[]): Readonly<Record<string, RawOption>> {
  const given = command.optsWithGlobals<Record<string, RawOption | undefined>>();
  const flags: Record<string, RawOption> = {};
  for (const name of names) {
    const option = createOption(optionTable[name]);
    const value = given[option.attributeName()];
    if (option.negate ? value === false : value !== undefined && value !== false && value !== true)
      flags[name] = option.negate ? true : (value as RawOption);
    else if (!option.negate && value === true && optionTable[name].type === 'flag') flags[name] = true;
  }
  return flags;
}
