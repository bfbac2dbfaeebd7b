// Writes docs/errors.md from the defineError calls in src/.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const pattern =
  /defineError\(\s*'([A-Z0-9_]+)',\s*'([a-z-]+)',\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;
const exitCodes = { usage: 2, 'not-found': 3, auth: 4, conflict: 5, timeout: 124, cancelled: 130 };
const found = [];
for (const name of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.ts') || name.startsWith(path.join('hub', 'catalog'))) continue;
  for (const [, code, kind, single, double] of readFileSync(path.join('src', name), 'utf8').matchAll(pattern))
    found.push({
      code,
      kind,
      summary: (single ?? double).replaceAll("\\'", "'"),
      room: name.split(path.sep)[0],
    });
}
const rooms = [...new Set(found.map((error) => error.room))].sort();
const sections = rooms.map((room) => {
  const rows = found
    .filter((error) => error.room === room)
    .sort((a, b) => (a.code < b.code ? -1 : 1))
    .map(({ code, kind, summary }) => `| \`${code}\` | ${kind} | ${exitCodes[kind] ?? 1} | ${summary} |`);
  return `## ${room}\n\n| code | kind | exit | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
});
writeFileSync(
  'docs/errors.md',
  `# Errors\n\nEvery error carries a code, what happened, the thing it happened to and what to do. The kind decides the exit code of the\ncommand line. This list is written by \`npm run docs\`.\n\n${sections.join('\n')}`,
);
