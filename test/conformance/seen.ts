import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Case, cases } from './cases.ts';
import { goldenDigest } from './golden-section.ts';

/** When an engine was last seen to do with a case what was expected, and what that was. */
export interface Sighting {
  /** `2026-11-22` */
  readonly on: string;
  readonly golden: string;
}

type Sightings = Readonly<Record<string, Sighting>>;

/** Cases that an engine has been seen to pass, by name; what is expected differently by now is not among them. */
export function readSeen(engine: string): ReadonlyMap<string, Sighting> {
  const sightings = readFile(fileOf(engine));
  const current = cases.filter((one) => sightings[one.name]?.golden === goldenDigest(one));
  return new Map(
    current.flatMap(({ name }) => {
      const sighting = sightings[name];
      return sighting === undefined ? [] : [[name, sighting] as const];
    }),
  );
}

/** Writes down that an engine passes a case today, so that a suite that was interrupted goes on from there. */
export function recordSeen(engine: string, one: Case): void {
  const file = fileOf(engine);
  const on = new Date().toISOString().slice(0, 10);
  const all: Sightings = { ...readFile(file), [one.name]: { on, golden: goldenDigest(one) } };
  const lines = cases.flatMap(({ name }) => {
    const sighting = all[name];
    return sighting === undefined ? [] : [renderLine(name, sighting)];
  });
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`);
}

const renderLine = (name: string, { on, golden }: Sighting): string =>
  `  ${JSON.stringify(name)}: { "on": "${on}", "golden": "${golden}" }`;

const fileOf = (engine: string): string => path.join(import.meta.dirname, 'seen', `${engine}.json`);

const readFile = (file: string): Sightings =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Sightings) : {};
