import { activeScope } from './inline-scope.ts';

/** `process.env` as a run sees it: the process's own under what the run was submitted with. Other runs see none of it. */
export function hookEnvironment(): () => void {
  const original = process.env;
  const overlay = (): Record<string, string> => activeScope()?.env ?? {};
  const hooked = new Proxy(original, {
    get: (target, key) => (isOwn(overlay(), key) ? overlay()[key] : Reflect.get(target, key)),
    set: (target, key, value: unknown) => {
      if (!isOwn(overlay(), key)) return Reflect.set(target, key, value);
      overlay()[key] = String(value);
      return true;
    },
    deleteProperty: (target, key) => Reflect.deleteProperty(isOwn(overlay(), key) ? overlay() : target, key),
    has: (target, key) => isOwn(overlay(), key) || Reflect.has(target, key),
    ownKeys: (target) => [...new Set([...Reflect.ownKeys(target), ...Object.keys(overlay())])],
    getOwnPropertyDescriptor: (target, key) =>
      isOwn(overlay(), key)
        ? { value: overlay()[key], enumerable: true, configurable: true, writable: true }
        : Reflect.getOwnPropertyDescriptor(target, key),
  });
  process.env = hooked;
  return () => {
    if (process.env === hooked) process.env = original;
  };
}

const isOwn = (values: Readonly<Record<string, string>>, key: string | symbol): key is string =>
  typeof key === 'string' && Object.hasOwn(values, key);
