/** The process's environment, and what has been changed in it. */
export interface WatchedEnvironment {
  /** Puts back what has been changed since it was watched. */
  restore(): void;
}

/**
 * Puts a watch on `process.env`. Comparing it before and after would ask the system for every variable, which takes longer than a
 * brief run does.
 */
export function watchEnvironment(): WatchedEnvironment {
  const env = process.env;
  const before = new Map<string, string | undefined>();
  const note = (key: string | symbol): void => {
    if (typeof key === 'string' && !before.has(key)) before.set(key, env[key]);
  };
  const watched = new Proxy(env, {
    set(target, key, value) {
      note(key);
      return Reflect.set(target, key, value);
    },
    defineProperty(target, key, descriptor) {
      note(key);
      return Reflect.defineProperty(target, key, descriptor);
    },
    deleteProperty(target, key) {
      note(key);
      return Reflect.deleteProperty(target, key);
    },
  });
  process.env = watched;
  return {
    restore() {
      // a run may have put an object of its own in place
      process.env = watched;
      for (const [key, value] of before)
        if (value === undefined) delete env[key];
        else env[key] = value;
      before.clear();
    },
  };
}
