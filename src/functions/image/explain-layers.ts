import type { FunctionImage } from './image-records.ts';

/** Why the dependency layer was made: what differs from the packages of the function's last image. */
export function explainPackages(previous: FunctionImage | undefined, packages: readonly string[]): string {
  if (!previous) return `${count(packages.length, 'package')} for the first image of this function`;
  const added = packages.filter((each) => !previous.packages.includes(each));
  const gone = previous.packages.filter((each) => !packages.includes(each));
  const changes = [
    ...(added.length === 0 ? [] : [`added ${shorten(added)}`]),
    ...(gone.length === 0 ? [] : [`without ${shorten(gone)}`]),
  ];
  return changes.length === 0
    ? 'the same packages, installed anew or for another platform'
    : changes.join('; ');
}

/** Why the bundle layer was made: which of its files differ from the function's last image. */
export function explainBundle(
  previous: FunctionImage | undefined,
  files: Readonly<Record<string, string>>,
): string {
  if (!previous) return 'first image of this function';
  const changed = Object.keys(files).filter((name) => files[name] !== previous.files[name]);
  return changed.length === 0 ? 'not in the cache any more' : `${changed.join(', ')} changed`;
}

function shorten(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? '' : 's'}`;
