import type { PackageReport } from './function-spec.ts';
import { renderColumns } from './render-columns.ts';

/** What packaging did, for people: cells or files taken, statements left out, packages, size, warnings. */
export function renderPackageReport(report: PackageReport): string {
  const taken = report.included.map(({ cell, file, statements }) => {
    const place = cell === undefined ? (file ?? report.source) : `cell ${cell}`;
    return `${place} (${statements} ${statements === 1 ? 'statement' : 'statements'})`;
  });
  const lines = [
    `${report.source} → ${report.digest.slice(0, 19)} (${renderSize(report.size)}${report.reused ? ', unchanged' : ''})`,
    ...(taken.length === 0 ? [] : [`  taken:    ${taken.join(', ')}`]),
    ...versions('packages', report.packages),
    ...versions('external', report.externals),
    ...dropped(report),
    ...report.warnings.map((warning) => `  warning:  ${warning}`),
  ];
  return `${lines.join('\n')}\n`;
}

function versions(label: string, packages: Readonly<Record<string, string>>): string[] {
  const list = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  return list.length === 0 ? [] : [`  ${`${label}:`.padEnd(9)} ${list.join(', ')}`];
}

function dropped(report: PackageReport): string[] {
  const count = report.dropped.length;
  if (count === 0) return [];
  const rows = report.dropped.map(({ cell, line, text, reason }) => [
    cell === undefined ? `line ${line}` : `cell ${cell}, line ${line}`,
    text,
    reason,
  ]);
  return [`  left out: ${count}`, ...renderColumns(rows, '    ')];
}

function renderSize(bytes: number): string {
  return bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 ** 2
      ? `${(bytes / 1024).toFixed(1)} KB`
      : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
