import { escapeText } from '../escape.ts';
import type { Finding } from '../measurement/finding.ts';
import type { Inspection, LogInspection, StatsInspection } from '../measurement/inspection.ts';
import {
  kernelCounter,
  kernelCounters,
  wastedCounters,
  wastedLabel,
} from '../measurement/module-stats/kernel-counter.ts';
import type { ModuleStats } from '../measurement/module-stats/module-stats.ts';
import type { StatsDifference } from '../measurement/module-stats/stats-difference.ts';
import { formatBytes } from '../units.ts';

/** Maximum number of rows in a list; the rest is only counted. */
const rowLimit = 120;

type Cell = string | number | bigint;

/** Aligns columns to their widest cell: numbers right, words left. */
function align(rows: readonly (readonly Cell[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries())
      widths[index] = Math.max(widths[index] ?? 0, String(cell).length);
  }
  return rows.map(row =>
    row
      .map((cell, index) =>
        typeof cell === 'string'
          ? cell.padEnd(widths[index] ?? 0)
          : String(cell).padStart(widths[index] ?? 0),
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

/** The inspection as text. All text from the file is escaped. Ends with a newline. */
export function renderInspection(inspection: Inspection): string {
  const lines = inspection.kind === 'stats' ? statsLines(inspection) : logLines(inspection);
  return `${[headline(inspection), ...undoneLines(inspection), '', ...lines].join('\n')}\n`;
}

/** What the text is, which kernel it is from, and what to do next. */
function headline(inspection: Inspection): string {
  const kernels = inspection.releases.map(release => escapeText(release, { length: 64 }));
  const kernel = kernels.length === 0 ? '' : ` of Linux ${kernels.slice(0, 3).join(', ')}`;
  const lines = `${inspection.lines} ${inspection.lines === 1 ? 'line' : 'lines'}`;
  const what =
    inspection.kind === 'log'
      ? 'Kernel log'
      : inspection.difference
        ? 'Module statistics of two moments'
        : inspection.log
          ? 'Module statistics in a kernel log'
          : 'Module statistics';
  return `${what}${kernel} (${lines}). Next: ${nextStep(inspection)}.`;
}

function nextStep(inspection: Inspection): string {
  const log = inspection.kind === 'log' ? inspection : inspection.log;
  const findings = inspection.kind === 'stats' ? inspection.stats.findings : inspection.findings;
  if (log?.crash)
    return "look into the crash first; the kernel's scripts/decode_stacktrace.sh gives source lines";
  if (findings.some(({ code }) => code === 'STATS_CUT' || code === 'LIST_TRUNCATED'))
    return 'capture the whole text again, with `cat /sys/kernel/debug/modules/stats > FILE`';
  const requests = log?.duplicateRequests;
  if (requests && requests.total > 0 && requests.callers.length === 0)
    return 'boot with module.enable_dups_trace=1 to see the callers';
  if (requests && requests.total > 0)
    return 'see below which callers request a module that is already being loaded';
  if (inspection.kind === 'stats' && showsWaste(inspection.stats) && !inspection.difference)
    return 'capture a second text later and compare the two, since counters start at boot';
  return findings.length > 0 || (log?.findings.length ?? 0) > 0
    ? 'read the findings'
    : 'nothing, it shows no problem';
}

/** Whether loads failed or memory was wasted. A text may have only some of the counters, and no total. */
function showsWaste({ wastedBytes, counters, duplicates }: ModuleStats): boolean {
  const wasted = wastedCounters.flatMap(name => [name, kernelCounter(name).count ?? name]);
  return (
    (wastedBytes ?? 0n) > 0n || duplicates.length > 0 || wasted.some(name => (counters[name] ?? 0n) > 0n)
  );
}

function undoneLines({ undone }: Inspection): string[] {
  if (undone.length === 0) return [];
  return [`Removed before reading: ${undone.map(({ what, count }) => `${what} (${count})`).join(', ')}`];
}

/** The counters and modules that changed between two readings, escaped. */
export function differenceLines({ counters, wastedBytes, duplicates }: StatsDifference): string[] {
  const changed = counters.filter(({ before, after }) => before !== after);
  const rows: Cell[][] = changed.map(({ name, before, after, change }) => [
    kernelCounter(name).label,
    before,
    after,
    change === undefined ? 'fell' : `+${change}`,
  ]);
  if (wastedBytes !== undefined && wastedBytes > 0n)
    rows.push([wastedLabel, '', '', `+${wastedBytes} (${formatBytes(wastedBytes)})`]);
  const lines = ['Change', ...indent(rows.length === 0 ? ['none'] : align(rows))];
  if (duplicates.length === 0) return lines;
  const moved = limited(duplicates, 'modules', part =>
    align(part.map(({ name, before, after }) => [escapeText(name), before, after])),
  );
  return [...lines, '', 'Duplicate modules that changed', ...indent(moved)];
}

function statsLines({ stats, log, difference }: StatsInspection): string[] {
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
  if (difference) lines.push('', ...differenceLines(difference));
  if (log) lines.push('', ...logLines({ ...log, findings: [] }));
  const findings = [...stats.findings, ...(difference?.findings ?? []), ...(log?.findings ?? [])];
  return [...lines, ...findingLines(findings)];
}

function counterRows(stats: ModuleStats): Cell[][] {
  const rows: Cell[][] = [];
  for (const { name, label, count } of kernelCounters) {
    const value = stats.counters[name];
    if (value === undefined) rows.push([label, '-', '']);
    // A counter that belongs to a count is in bytes.
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
    lines.push('', 'Callers');
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
