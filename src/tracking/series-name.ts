/** Name of a series: its key, and the context in braces where it has one, e.g. `loss{subset=validation}`. */
export function seriesName(key: string, context: Readonly<Record<string, string>> | undefined): string {
  const parts = context ? Object.keys(context).sort() : [];
  return parts.length === 0 ? key : `${key}{${parts.map((part) => `${part}=${context?.[part]}`).join(',')}}`;
}
