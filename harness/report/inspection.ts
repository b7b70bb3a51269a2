import { escapeText } from '../escape.ts';
import type { Finding } from '../measurement/finding.ts';
import type { Inspection, LogInspection, StatsInspection } from '../measurement/inspection.ts';
import { kernelCounters, wastedLabel } from '../measurement/module-stats/kernel-counter.ts';
import type { ModuleStats } from '../measurement/module-stats/module-stats.ts';
import { formatBytes } from '../units.ts';

/** Rows of a list before the rest is only counted. */
const rowLimit = 120;

type Cell = string | number | bigint;

/** Columns by the widest cell; numbers to the right, words to the left. */
function align(rows: readonly (readonly Cell[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries())
      widths[index] = Math.max(widths[index] ?? 0, String(cell).length);
  }
  return rows.map(row =>
    row
      .map((cell, index) =>
        typeof cell === 'string' ? cell.padEnd(widths[index]!) : String(cell).padStart(widths[index]!),
      )
      .join('  ')
      .trimEnd(),
  );
}

function limited<Row>(
  rows: readonly Row[],
  what: string,
  render: (rows: readonly Row[]) => string[],
): string[] {
  const lines = render(rows.slice(0, rowLimit));
  return rows.length > rowLimit ? [...lines, `… and ${rows.length - rowLimit} more ${what}`] : lines;
}

/** The inspection for people: every text of the file escaped, ends with a newline. */
export function renderInspection(inspection: Inspection): string {
  const lines = inspection.kind === 'stats' ? statsLines(inspection) : logLines(inspection);
  return `${lines.join('\n')}\n`;
}

function statsLines({ stats, log }: StatsInspection): string[] {
  const lines = ['Module statistics', ...indent(align(counterRows(stats)))];
  if (stats.duplicates.length > 0) {
    const sorted = [...stats.duplicates].sort(
      (left, right) => right.count - left.count || (left.name < right.name ? -1 : 1),
    );
    const total = sorted.reduce((sum, { count }) => sum + count, 0);
    lines.push(
      '',
      `Duplicate modules: ${total} failed loads of ${sorted.length} ${sorted.length === 1 ? 'module' : 'modules'}`,
    );
    lines.push(
      ...indent(
        limited(sorted, 'modules', rows =>
          align(rows.map(({ name, count, reason }) => [escapeText(name), count, reason])),
        ),
      ),
    );
  }
  if (log) lines.push('', ...logLines({ ...log, findings: [] }));
  return [...lines, ...findingLines([...stats.findings, ...(log?.findings ?? [])])];
}

function counterRows(stats: ModuleStats): Cell[][] {
  const rows: Cell[][] = [];
  for (const { name, label, count } of kernelCounters) {
    const value = stats.counters[name];
    if (value === undefined) rows.push([label, '-', '']);
    // A counter that belongs to a count is one of bytes.
    else rows.push([label, value, count === undefined ? '' : formatBytes(value)]);
  }
  if (stats.wastedBytes !== undefined) {
    rows.push([wastedLabel, stats.wastedBytes, formatBytes(stats.wastedBytes)]);
  }
  for (const [label, value] of Object.entries(stats.averages))
    rows.push([escapeText(label), value, formatBytes(value)]);
  for (const { label, value } of stats.unknown)
    rows.push([escapeText(label), BigInt(value), '(unknown label)']);
  return rows;
}

function logLines({ crash, crashes, duplicateRequests, findings }: LogInspection): string[] {
  const lines = [crash ? `Crash: ${crash.title} (${crash.class})` : 'Crash: none'];
  const others = crashes.filter(other => other !== crash);
  lines.push(
    ...indent(limited(others, 'reports', rows => rows.map(other => `also: ${other.title} (${other.class})`))),
  );
  const { total, requests, callers } = duplicateRequests;
  if (total === 0) return [...lines, 'Duplicate requests: none', ...findingLines(findings)];
  lines.push(
    '',
    `Duplicate requests: ${total} for ${requests.length} ${requests.length === 1 ? 'name' : 'names'}`,
  );
  lines.push(
    ...indent(
      limited(requests, 'names', rows => align(rows.map(({ name, count }) => [count, escapeText(name)]))),
    ),
  );
  if (callers.length > 0) {
    lines.push('', 'Who asked');
    const render = (rows: typeof callers) =>
      align(
        rows.map(({ name, chain, count }) => [
          count,
          escapeText(name),
          escapeText(chain.join(' < ') || 'unknown', { length: 300 }),
        ]),
      );
    lines.push(...indent(limited(callers, 'call chains', rows => render([...rows]))));
  }
  return [...lines, ...findingLines(findings)];
}

function findingLines(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const lines = limited(findings, 'findings', rows =>
    rows.map(({ code, severity, message, line }) => {
      const where = line === undefined ? '' : `, line ${line}`;
      return `${severity}: ${escapeText(message, { length: 400 })} [${code}${where}]`;
    }),
  );
  return ['', 'Findings', ...indent(lines)];
}

function indent(lines: readonly string[]): string[] {
  return lines.map(line => `  ${line}`);
}
