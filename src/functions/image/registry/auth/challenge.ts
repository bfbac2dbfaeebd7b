/** What a registry wants to see before it answers. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string };

/** Reads a WWW-Authenticate header; of several schemes the token flow comes first. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  if (header === undefined) return undefined;
  const bearer = /\bbearer\s+(.*)/is.exec(header)?.[1];
  if (bearer !== undefined) {
    const parameters = parseParameters(bearer);
    const { realm, service, scope } = parameters;
    if (realm !== undefined)
      return {
        scheme: 'bearer',
        realm,
        ...(service === undefined ? {} : { service }),
        ...(scope === undefined ? {} : { scope }),
      };
  }
  return /\bbasic\b/i.test(header) ? { scheme: 'basic' } : undefined;
}

function parseParameters(text: string): Readonly<Record<string, string | undefined>> {
  const found = text.matchAll(/([a-z_]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi);
  return Object.fromEntries(
    [...found].map(([, name = '', quoted, plain]) => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, '$1') ?? plain,
    ]),
  );
}
