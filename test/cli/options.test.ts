import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseOption } from '../../src/cli/options/parse-option.ts';
import { resolveOption, type SettingSources } from '../../src/cli/options/resolve-option.ts';
import { readUserConfig } from '../../src/cli/options/user-config.ts';
import { wantsColor } from '../../src/cli/text-output.ts';
import { optionTable } from '../../src/core/option-table.ts';
import { settingNames } from '../../src/core/setting-names.ts';

const nowhere: SettingSources = { env: {}, project: {}, user: {} };

describe('an option', () => {
  it('is read by its type', () => {
    expect(parseOption(optionTable.param, ['a=1', 'b=x=y', 'c='], '--param')).toEqual({
      a: '1',
      b: 'x=y',
      c: '',
    });
    expect(parseOption(optionTable.timeout, '1.5m', '--timeout')).toBe(90_000);
    expect(parseOption(optionTable.memory, '512Mi', '--memory')).toBe(512 * 1024 * 1024);
    expect(parseOption(optionTable.memory, '2GB', '--memory')).toBe(2_000_000_000);
    expect(parseOption(optionTable.seed, '-3', '--seed')).toBe(-3);
    expect(parseOption(optionTable.cpus, '0.5', '--cpus')).toBe(0.5);
  });

  it.each([
    ['param', ['depth'], 'key=value'],
    ['timeout', 'soon', '30s'],
    ['memory', 'much', '512Mi'],
    ['retries', '1.5', 'whole number'],
    ['retries', '-1', '0 or more'],
    ['limit', '-1', '0 or more'],
    ['strategy', 'gird', 'did you mean "grid"?'],
    ['name', '', 'give it a value'],
  ] as const)('refuses a wrong --%s and says what is right', (name, given, hint) => {
    expect(() => parseOption(optionTable[name], given, `--${name}`)).toThrow(
      expect.objectContaining({ kind: 'usage', hint: expect.stringContaining(hint) }),
    );
  });

  it('comes from the flag, else the environment, else project.yaml, else config.yaml, else the default', () => {
    const env = { SLIPWAY_RUNTIME: 'e' };
    const project = { runtime: 'p' };
    const user = { runtime: 'u' };
    expect(resolveOption('runtime', 'f', { env, project, user })).toMatchObject({
      value: 'f',
      origin: 'flag',
    });
    expect(resolveOption('runtime', undefined, { env, project, user })).toMatchObject({
      value: 'e',
      origin: 'environment',
      source: 'SLIPWAY_RUNTIME',
    });
    expect(resolveOption('runtime', undefined, { ...nowhere, project, user })).toMatchObject({
      value: 'p',
      origin: 'project.yaml',
    });
    expect(resolveOption('runtime', undefined, { ...nowhere, user })).toMatchObject({
      value: 'u',
      origin: 'config.yaml',
    });
    expect(resolveOption('runtime', undefined, nowhere)).toMatchObject({
      value: 'process',
      origin: 'default',
    });
  });

  it('says which place held a value that cannot be used', () => {
    expect(() =>
      resolveOption('timeout', undefined, { ...nowhere, env: { SLIPWAY_TIMEOUT: 'soon' } }),
    ).toThrow(
      expect.objectContaining({
        code: 'INVALID_SETTING',
        message: expect.stringContaining('environment variable SLIPWAY_TIMEOUT'),
      }),
    );
    expect(() => resolveOption('parallel', undefined, { ...nowhere, user: { parallel: 'many' } })).toThrow(
      'setting "parallel" in config.yaml',
    );
  });

  it('has its own environment variable, and no two flags of one letter mean different things in one command', () => {
    const variables = settingNames().flatMap((name) => optionTable[name].env ?? []);
    expect(new Set(variables).size).toBe(variables.length);
  });
});

describe("the user's config.yaml", () => {
  it('is read from XDG_CONFIG_HOME', async () => {
    const base = mkdtempSync(path.join(tmpdir(), 'slipway-config-'));
    expect(await readUserConfig({ XDG_CONFIG_HOME: base })).toEqual({});
    writeConfig(base, 'runtime: inline\nlimit: 5\n');
    expect(await readUserConfig({ XDG_CONFIG_HOME: base })).toEqual({ runtime: 'inline', limit: 5 });
  });

  it.each([
    ['runtim: inline\n', 'did you mean "runtime"?'],
    ['runtime: [\n', 'correct the YAML'],
    ['- a\n', 'runtime: inline'],
  ])('is refused when it says %j', async (text, hint) => {
    const base = mkdtempSync(path.join(tmpdir(), 'slipway-config-'));
    writeConfig(base, text);
    await expect(readUserConfig({ XDG_CONFIG_HOME: base })).rejects.toMatchObject({
      code: 'INVALID_SETTING',
      hint: expect.stringContaining(hint),
    });
  });
});

describe('colour', () => {
  it('is for terminals, unless --color, NO_COLOR or FORCE_COLOR say otherwise', () => {
    expect(wantsColor(true, {}, 'auto')).toBe(true);
    expect(wantsColor(false, {}, 'auto')).toBe(false);
    expect(wantsColor(true, { NO_COLOR: '1' }, 'auto')).toBe(false);
    expect(wantsColor(true, { TERM: 'dumb' }, 'auto')).toBe(false);
    expect(wantsColor(false, { FORCE_COLOR: '1' }, 'auto')).toBe(true);
    expect(wantsColor(true, { FORCE_COLOR: '0' }, 'auto')).toBe(false);
    expect(wantsColor(false, { NO_COLOR: '1' }, 'always')).toBe(true);
  });
});

function writeConfig(base: string, text: string): void {
  mkdirSync(path.join(base, 'slipway'), { recursive: true });
  writeFileSync(path.join(base, 'slipway', 'config.yaml'), text);
}
