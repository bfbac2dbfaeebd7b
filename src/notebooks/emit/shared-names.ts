import type { Closure, Link } from '../closure/close-over.ts';
import { namesOfLoops } from './own-assignments.ts';

/** How the names that cross cells get from one to the other. */
export interface SharedNames {
  /** Whether the use reads, or writes, the slot that all cells share under this name, as they do in the kernel. */
  isShared(link: Link): boolean;
  /** Cells, by position, that put their declaration of the name into its slot. */
  givers(name: string): ReadonlySet<number>;
}

/**
 * A name goes through a slot where it means different declarations in the course of time: its cell comes later than the use, it is
 * declared several times and used while that goes on, another cell assigns it, or a loop does, of which the kernel tells other cells
 * nothing. All others are plain imports.
 */
export function sharedNames({ links, needed }: Closure): SharedNames {
  const assigned = new Set(links.filter(isAssignment).map((link) => link.name));
  for (const statements of needed.values())
    for (const statement of statements) for (const name of namesOfLoops(statement)) assigned.add(name);
  const targets = new Map<string, Set<number>>();
  for (const link of links.filter((each) => !each.reference.eager)) {
    const key = useKey(link);
    targets.set(key, (targets.get(key) ?? new Set()).add(link.to));
  }
  const isShared = (link: Link): boolean => {
    if (assigned.has(link.name)) return true;
    if (link.reference.eager) return link.to > link.from;
    const all = targets.get(useKey(link)) ?? new Set();
    return all.size > 1 || link.to > link.from;
  };
  const shared = new Set(links.filter(isShared));
  const givers = new Map<string, Set<number>>();
  for (const link of shared) givers.set(link.name, (givers.get(link.name) ?? new Set()).add(link.to));
  return {
    isShared: (link) => shared.has(link),
    givers: (name) => givers.get(name) ?? new Set(),
  };
}

const isAssignment = (link: Link): boolean => link.reference.access === 'assign';
const useKey = ({ from, name }: Link): string => `${from} ${name}`;
