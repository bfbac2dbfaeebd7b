import { type OptionName, optionTable } from '../core/option-table.ts';
import { settingNames } from '../core/setting-names.ts';
import { argumentForm, describeOption, globalOptions, optionForm } from './build-program.ts';
import type { CommandEntry } from './command.ts';
import type { CommandGroup } from './command-table.ts';

/** docs/cli.md: every command, option, setting, exit code and JSON shape. */
export function renderReference(groups: readonly CommandGroup[]): string {
  const commands = groups.map((group) => renderGroup(group)).join('\n');
  return `# Command line

This page is written by \`node scripts/render-cli-docs.mjs\`; a test fails when it is out of date.

\`slipway <command> --help\` shows the same for one command. Answers go to stdout; progress, live output and errors to
stderr. \`-o json\` prints exactly one JSON document on stdout, an error as \`{"error": {"code", "message", "hint"}}\`.

## Options of every command

${renderOptions(globalOptions)}

${commands}
## Settings

The first that is given decides: flag, environment variable, project.yaml, \`~/.config/slipway/config.yaml\` (below
\`XDG_CONFIG_HOME\` where that is set), default. \`slipway config explain <setting>\` says which one did.

| setting | flag | environment | project.yaml | config.yaml | default |
|---|---|---|---|---|---|
${settingNames().map(renderSetting).join('\n')}

${contract}`;
}

function renderGroup(group: CommandGroup): string {
  const commands = group.commands.filter((entry) => !entry.hidden).map(renderCommand);
  return `## ${group.title}\n\n${commands.join('\n')}`;
}

function renderCommand(entry: CommandEntry): string {
  const usage = ['slipway', entry.name, ...entry.arguments.map(argumentForm), '[options]'].join(' ');
  const names = entry.arguments.map(
    (argument) => `| \`${argumentForm(argument)}\` | ${cell(argument.doc)} |`,
  );
  const parts = [
    `### slipway ${entry.name}`,
    entry.summary,
    ...(entry.description ? [entry.description] : []),
    `\`\`\`\n${usage}\n\`\`\``,
    ...(names.length ? [`| argument | |\n|---|---|\n${names.join('\n')}`] : []),
    ...(entry.options.length ? [renderOptions(entry.options)] : []),
    ...(entry.examples?.length ? [`\`\`\`sh\n${entry.examples.join('\n')}\n\`\`\``] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderOptions(names: readonly OptionName[]): string {
  const rows = names.map((name) => {
    const entry = optionTable[name];
    return `| \`${cell(optionForm(entry))}\` | ${cell(describeOption(entry))} |`;
  });
  return `| option | |\n|---|---|\n${rows.join('\n')}`;
}

function renderSetting(name: OptionName): string {
  const { flag, env, project, user, default: value } = optionTable[name];
  const code = (text: unknown): string => (text === undefined ? '' : `\`${text}\``);
  return `| ${[code(name), code(flag), code(env), code(project), code(user), code(value)].join(' | ')} |`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const contract = `## Exit codes

| code | means |
|---|---|
| 0 | completed |
| 1 | it started and failed: user code, a failed step, broken data met inside, a fault in Slipway |
| 2 | the request is wrong and nothing started: usage, a missing or mistyped param, source that does not parse |
| 3 | a named thing does not exist: file, run, function, artifact, pipeline |
| 4 | not allowed |
| 5 | conflict |
| 124 | timeout |
| 130, 143 | interrupted by Ctrl-C, by SIGTERM |

A handler's own exit code is in the record (\`exitCode\`), never the command's.

## JSON of a run

\`slipway run\`, \`slipway get run\` and the entries of \`slipway get runs\`:

\`\`\`
{uid, name, project, kind, state, reason?, params, inputs: {key: {uri, digest?, size?}}, results, metrics,
 artifacts: [{key, kind, uri, digest}], labels, createdAt, startedAt, endedAt, exitCode?,
 error?: {code, message, kind?, hint?, notebook?, cell?, file?, line?, column?, sourceLine?, details?, stack?}}
\`\`\`

A sweep adds \`iterations: [{iteration, uid, params, results, metrics, state, error?}]\`, numbered from 1,
\`bestIteration\` (null when there is none) and \`failedIterations\`. Non-finite numbers are the strings \`"NaN"\`,
\`"Infinity"\` and \`"-Infinity"\`. Times are ISO 8601 or null.

A pipeline run, from \`slipway pipeline run\`:

\`\`\`
{uid, name, project, kind, state, reason?, params,
 steps: [{id, function, state, cached, reason?, runUid, startedAt, endedAt, results, error?}],
 outputs, labels, createdAt, startedAt, endedAt, error?}
\`\`\`

\`slipway get metrics\`: \`[{key, step, time, value, context}]\`.
`;
