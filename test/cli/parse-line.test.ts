import { describe, expect, it } from 'vitest';
import { commandGroups } from '../../src/cli/command-table.ts';
import { type Line, parseLine } from '../../src/cli/parse-line.ts';
import { preScan } from '../../src/cli/pre-scan.ts';
import { isSlipwayError, type SlipwayError } from '../../src/core/error.ts';

describe('the command line', () => {
  it('is read into command, arguments and flags', () => {
    const { command } = parseCommand(
      'run train.ts -p depth=4 --param label=x=y --timeout 30s --dry-run -o json',
    );
    expect(command.entry.name).toBe('run');
    expect(command.args).toEqual(['train.ts']);
    expect(command.flags).toEqual({
      param: ['depth=4', 'label=x=y'],
      timeout: '30s',
      dryRun: true,
      output: 'json',
    });
  });

  it('takes options of every command before and after it', () => {
    expect(parseCommand('-C sub ps').command.flags).toEqual({ directory: 'sub' });
    expect(parseCommand('ps --project demo --no-color').command.flags).toEqual({
      project: 'demo',
      noColor: true,
    });
    expect(parseCommand('stop a --no-wait').command.flags).toEqual({ noWait: true });
  });

  it('leaves a dash at the beginning of a value alone', () => {
    expect(parseCommand('run a.ts --stop -loss>3 --param x=-1').command.flags).toEqual({
      stop: '-loss>3',
      param: ['x=-1'],
    });
  });

  it.each([
    ['rn train.ts', 'unknown command "rn"', 'did you mean "rm" or "run"?'],
    ['run train.ts --parm a=1', 'unknown option "--parm"', 'did you mean "--param"?'],
    ['run', 'missing required argument "function"', 'slipway run --help'],
    ['run a.ts b.ts', 'too many arguments', 'slipway run --help'],
    ['run a.ts --name', 'argument missing', 'slipway run --help'],
    ['pipeline', 'command "pipeline" needs one more word', 'slipway pipeline run'],
    ['pipeline rn', 'unknown command "rn"', 'did you mean "run"?'],
    ['get rusn', '"rusn" is not a kind', 'did you mean "run'],
    ['completion tcsh', '"tcsh" is not a shell', 'bash, zsh, fish'],
    ['--nope', 'unknown option "--nope"', 'slipway --help'],
  ])('refuses "slipway %s" and says what to do', (line, message, hint) => {
    const error = usageOf(line);
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
    expect(error.kind).toBe('usage');
  });

  it('shows help for the whole, for a group and for a command', () => {
    expect(helpOf('')).toContain('Run:');
    expect(helpOf('--help')).toContain('pipeline');
    expect(helpOf('pipeline --help')).toContain('plan');
    expect(helpOf('help run')).toContain('--hyperparam');
    expect(helpOf('run --help')).toContain('slipway run hub://describe');
    expect(helpOf('--help')).not.toContain('complete ');
  });

  it('names every command once, each with an example that parses', () => {
    const entries = commandGroups.flatMap((group) => group.commands);
    expect(new Set(entries.map((entry) => entry.name)).size).toBe(entries.length);
    const examples = entries
      .flatMap((entry) => entry.examples ?? [])
      .flatMap((example) => example.split(/ && | \| /));
    for (const example of examples.filter((text) => text.startsWith('slipway ')))
      expect(() => parseLine(splitShell(example).slice(1), commandGroups, 80), example).not.toThrow();
  });

  it('loads the code of every command', async () => {
    for (const entry of commandGroups.flatMap((group) => group.commands))
      expect(typeof (await entry.load()), entry.name).toBe('function');
  });
});

describe('looking ahead', () => {
  it('finds out about JSON and colours even where the rest cannot be read', () => {
    expect(preScan(['rn', '-o', 'json'], {}).json).toBe(true);
    expect(preScan(['rn', '-ojson'], {}).json).toBe(true);
    expect(preScan(['rn', '--output=json'], {}).json).toBe(true);
    expect(preScan(['rn', '--json'], {}).json).toBe(true);
    expect(preScan(['rn'], { SLIPWAY_OUTPUT: 'json' }).json).toBe(true);
    expect(preScan(['rn', '--', '-o', 'json'], {}).json).toBe(false);
    expect(preScan(['ps', '--no-color'], { SLIPWAY_COLOR: 'always' }).color).toBe('never');
  });
});

function parseCommand(line: string): Extract<Line, { command: unknown }> {
  const parsed = parseLine(line.split(' '), commandGroups, 100);
  if ('text' in parsed) throw new Error(parsed.text);
  return parsed;
}

function helpOf(line: string): string {
  const parsed = parseLine(line === '' ? [] : line.split(' '), commandGroups, 100);
  return 'text' in parsed ? parsed.text : '';
}

function usageOf(line: string): SlipwayError {
  try {
    parseLine(line.split(' '), commandGroups, 100);
  } catch (error) {
    if (isSlipwayError(error)) return error;
    throw error;
  }
  throw new Error(`"${line}" was accepted`);
}

/** Words of a shell line, quotes taken off, redirections left out. */
function splitShell(line: string): string[] {
  const words = line.replace(/ >>? .*$/, '').match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/["']/g, ''));
}
