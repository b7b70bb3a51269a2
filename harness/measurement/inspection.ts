import { UsageError } from '../errors.ts';
import type { Crash } from './crashes/crash.ts';
import { CrashCollector, worstCrash } from './crashes/crash-report.ts';
import type { Finding } from './finding.ts';
import { DuplicateRequestCollector, type DuplicateRequests } from './kernel-log/duplicate-requests.ts';
import { kernelLogCollector } from './kernel-log/kernel-log.ts';
import { eachLogLine, type LogLine } from './kernel-log/log-line.ts';
import type { ModuleStats } from './module-stats/module-stats.ts';
import { parseModuleStats } from './module-stats/module-stats-text.ts';

/** What a kernel log says. */
export interface LogInspection {
  kind: 'log';
  /** The crash to know first; null if there is none. */
  crash: Crash | null;
  crashes: Crash[];
  duplicateRequests: DuplicateRequests;
  findings: Finding[];
}

/** What a stats text says, and the log around it if there is one. */
export interface StatsInspection {
  kind: 'stats';
  stats: ModuleStats;
  log?: LogInspection;
}

export type Inspection = StatsInspection | LogInspection;

/** Largest text that is inspected, in UTF-16 units: no kernel keeps a larger log, and a string cannot be much longer. */
export const inspectionLimit = 256 * 1024 * 1024;
/** Part of a larger text that is searched for a stats text, around the first and last label. */
const statsLimit = 4 * 1024 * 1024;

const label =
  /mods[\s\u00a0]+(?:ever[\s\u00a0]+loaded|failed[\s\u00a0]+on)|virtual[\s\u00a0]+mem[\s\u00a0]+wasted|failed_(?:becoming|load_modules|kreads|decompress)|invalid_(?:mod|becoming|kread|decompress)_bytes/gi;

/**
 * Reads a text from any machine: a `modules/stats` text, or a dmesg, console log or journal, and tells by itself which.
 * A text with both is a stats inspection that carries the log.
 * @throws UsageError INSPECT_TOO_LARGE, INSPECT_UNRECOGNISED if it is neither
 */
export function inspectText(text: string): Inspection {
  if (text.length > inspectionLimit) {
    throw new UsageError(
      'INSPECT_TOO_LARGE',
      `the text has ${text.length} characters, more than ${inspectionLimit}`,
      {
        hint: 'Cut it to one boot, for example with `journalctl -k -b` or `tail -c 100M`.',
      },
    );
  }
  if (!/\S/.test(text)) {
    throw new UsageError('INSPECT_UNRECOGNISED', 'the text is empty', {
      hint: 'Was it read as root? /sys/kernel/debug and, on most machines, dmesg are for root only.',
    });
  }
  const stats = findStats(text);
  const log = inspectLog(text);
  if (stats) return log ? { kind: 'stats', stats, log } : { kind: 'stats', stats };
  if (log) return log;
  throw new UsageError('INSPECT_UNRECOGNISED', 'the text is neither a stats text nor a kernel log', {
    hint: 'Expected /sys/kernel/debug/modules/stats ("Mods ever loaded 67" …), or the output of dmesg, journalctl -k or a serial console.',
  });
}

function findStats(text: string): ModuleStats | undefined {
  let first: number | undefined;
  let last = 0;
  for (const match of text.matchAll(label)) {
    first ??= match.index;
    last = match.index;
  }
  if (first === undefined) return undefined;
  const start = text.lastIndexOf('\n', first) + 1;
  const whole = text.length <= statsLimit;
  const from = whole ? 0 : Math.max(start, last - statsLimit / 2);
  const part = whole ? text : text.slice(from, last + statsLimit / 2);
  try {
    return parseModuleStats(part, lineAt(text, from));
  } catch (error) {
    if (error instanceof UsageError && error.code === 'STATS_UNRECOGNISED') return undefined;
    throw error;
  }
}

/** The 1-based line of an offset. */
function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let end = text.indexOf('\n'); end !== -1 && end < offset; end = text.indexOf('\n', end + 1)) line++;
  return line;
}

/** Whether a line can only come from a kernel: it carries a mark, or the first or last words of a boot. */
function looksLikeKernel(line: LogLine): boolean {
  return line.marked === true || /^(?:Linux version |Kernel panic - )/.test(line.text);
}

function inspectLog(text: string): LogInspection | undefined {
  const requests = new DuplicateRequestCollector();
  const health = kernelLogCollector();
  const crashes = new CrashCollector();
  let kernelLines = 0;
  for (const line of eachLogLine(text)) {
    if (looksLikeKernel(line)) kernelLines++;
    requests.add(line);
    health.add(line);
    crashes.add(line);
  }
  const duplicateRequests = requests.result();
  const reading = crashes.result();
  const findings = [...duplicateRequests.findings, ...health.result(), ...reading.findings];
  const empty = duplicateRequests.total === 0 && reading.crashes.length === 0 && findings.length === 0;
  if (kernelLines === 0 && empty) return undefined;
  return {
    kind: 'log',
    crash: worstCrash(reading.crashes),
    crashes: reading.crashes,
    duplicateRequests,
    findings,
  };
}

/** A number where it is exact, else the decimal digits. */
function jsonInteger(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}

function jsonIntegers(values: Readonly<Record<string, bigint>>): Record<string, number | string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, jsonInteger(value)]));
}

function jsonLog({ crash, crashes, duplicateRequests }: LogInspection): Record<string, unknown> {
  return {
    crash: crash && { class: crash.class, title: crash.title },
    crashes: crashes.map(({ class: kind, title, fatal }) => ({ class: kind, title, fatal })),
    duplicateRequests: duplicateRequests.requests,
    callers: duplicateRequests.callers,
  };
}

/** The inspection as one JSON value; integers beyond 2^53 are decimal strings. */
export function inspectionJson(inspection: Inspection): Record<string, unknown> {
  if (inspection.kind === 'log') {
    return { version: 1, kind: 'log', ...jsonLog(inspection), findings: inspection.findings };
  }
  const { stats, log } = inspection;
  return {
    version: 1,
    kind: 'stats',
    counters: jsonIntegers(stats.counters),
    ...(stats.wastedBytes === undefined ? {} : { wastedBytes: jsonInteger(stats.wastedBytes) }),
    averages: jsonIntegers(stats.averages),
    duplicates: stats.duplicates,
    unknown: stats.unknown,
    ...(log ? { log: jsonLog(log) } : {}),
    findings: [...stats.findings, ...(log?.findings ?? [])],
  };
}
