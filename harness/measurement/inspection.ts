import { UsageError } from '../errors.ts';
import type { Crash } from './crashes/crash.ts';
import { worstCrash } from './crashes/crash-report.ts';
import type { Finding } from './finding.ts';
import type { DuplicateRequests } from './kernel-log/duplicate-requests.ts';
import { LogText } from './kernel-log/log-lines.ts';
import { LogReader } from './log-reading.ts';
import { checkTableIsWhole } from './module-stats/cross-check.ts';
import type { ModuleStats } from './module-stats/module-stats.ts';
import { chooseStats, parseModuleStats } from './module-stats/module-stats-text.ts';
import { StatsCollector } from './module-stats/stats-collector.ts';
import { type StatsDifference, statsDifference } from './module-stats/stats-difference.ts';
import { splitDiff } from './text/diff.ts';
import { severalMachines } from './text/hosts.ts';
import type { SourceText, Undone } from './text/source-text.ts';

/** Facts about a text, apart from its contents. */
export interface TextFacts {
  /** Number of lines in the given text. */
  lines: number;
  /** Encodings and decorations that were removed before reading. */
  undone: Undone[];
  /** The kernel releases that it names. */
  releases: string[];
}

/** The contents of a kernel log. */
export interface LogInspection extends TextFacts {
  kind: 'log';
  /** The most important crash; null if there is none. */
  crash: Crash | null;
  crashes: Crash[];
  duplicateRequests: DuplicateRequests;
  findings: Finding[];
}

/** The contents of a stats text, and of the log around it if there is one. */
export interface StatsInspection extends TextFacts {
  kind: 'stats';
  stats: ModuleStats;
  /** The change since an earlier reading in the same text: a diff, two columns, or two whole texts. */
  difference?: StatsDifference;
  log?: LogInspection;
}

export type Inspection = StatsInspection | LogInspection;

/** Maximum length of a text, in UTF-16 units: no kernel keeps a larger log, and a string cannot be much longer. */
export const inspectionLimit = 256 * 1024 * 1024;

/**
 * Reads a text from any machine: a `modules/stats` text, or a dmesg, console log or journal. It detects which.
 * A text with both is a stats inspection that includes the log.
 * @throws UsageError INSPECT_TOO_LARGE, INSPECT_UNRECOGNISED if it is neither
 */
export function inspectText(given: string | SourceText): Inspection {
  const text = typeof given === 'string' ? given : given.text;
  if (text.length > inspectionLimit) {
    throw new UsageError(
      'INSPECT_TOO_LARGE',
      `the text has ${text.length} characters, more than the limit of ${inspectionLimit}`,
      {
        hint: 'Cut it to one boot, for example with `journalctl -k -b` or `tail -c 100M`.',
      },
    );
  }
  if (!/\S/.test(text)) {
    throw new UsageError('INSPECT_UNRECOGNISED', 'the text is empty', {
      hint: 'Was it read as root? /sys/kernel/debug and, on most machines, dmesg need root.',
    });
  }
  const logText = new LogText(given);
  const inspection =
    (text.length < diffLimit ? inspectDiff(logText, text) : undefined) ?? inspectLines(logText, text);
  if (inspection) return inspection;
  throw new UsageError('INSPECT_UNRECOGNISED', 'the text is neither a stats text nor a kernel log', {
    hint: failures.find(([words]) => words.test(text.slice(0, 4096)))?.[1] ?? expectation,
  });
}

const expectation =
  'Expected /sys/kernel/debug/modules/stats ("Mods ever loaded 67" …), or the output of dmesg, journalctl -k or a serial console.';
/** What programs say instead of the text, and what to do then. */
const failures: readonly [words: RegExp, hint: string][] = [
  [
    /Permission denied|Operation not permitted/,
    'Read it as root: /sys/kernel/debug and, on most machines, dmesg are for root only.',
  ],
  [
    /modules\/\w+: No such file or directory/,
    'The kernel needs CONFIG_MODULE_STATS (Linux 6.4 and later), and debugfs must be mounted.',
  ],
  [
    /^# tracer: |: sys_(?:enter_)?f?init_module\b/m,
    'It is a trace: `modstorm blame FILE` says who loaded what.',
  ],
  [/-- No entries --/, 'journalctl found nothing: run it as root, and with -b for this boot.'],
];

/** Maximum length of a diff. A stats text has at most 8 KiB. */
const diffLimit = 1024 * 1024;

function inspectDiff(logText: LogText, text: string): StatsInspection | undefined {
  const sides = splitDiff(logText.text);
  const before = sides && statsOf(sides.before);
  const after = sides && statsOf(sides.after);
  if (!before || !after) return undefined;
  const undone = [...logText.undone, { what: `diff (${sides.form})`, count: 1 }];
  return {
    kind: 'stats',
    stats: after,
    difference: statsDifference(before, after),
    lines: countLines(text),
    undone,
    releases: [],
  };
}

/** A diff omits counters that did not change, so their absence is not a finding. */
function statsOf(text: string): ModuleStats | undefined {
  try {
    const stats = parseModuleStats(text);
    return { ...stats, findings: stats.findings.filter(({ code }) => code !== 'STATS_INCOMPLETE') };
  } catch (error) {
    if (error instanceof UsageError && error.code === 'STATS_UNRECOGNISED') return undefined;
    throw error;
  }
}

function inspectLines(logText: LogText, text: string): Inspection | undefined {
  const collector = new StatsCollector();
  const reader = new LogReader();
  for (const line of logText.lines()) {
    collector.add(line);
    reader.add(line);
  }
  const all = collector.result(!logText.text.endsWith('\n'), text.length);
  const { kernelLines, releases, crashes, duplicateRequests, findings } = reader.result();
  const facts: TextFacts = { lines: countLines(text), undone: logText.undone, releases };
  const isLog =
    kernelLines > 0 ||
    duplicateRequests.total > 0 ||
    crashes.length > 0 ||
    findings.length > 0 ||
    releases.length > 0;
  const log: LogInspection | undefined = isLog
    ? { kind: 'log', crash: worstCrash(crashes), crashes, duplicateRequests, findings, ...facts }
    : undefined;
  const stats = chooseStats(all);
  if (!stats) return log;
  const checked = { ...stats, findings: [...stats.findings, ...checkTableIsWhole(stats)] };
  const result: StatsInspection = { kind: 'stats', stats: checked, ...facts };
  const isOneMachine = !facts.undone.some(({ what }) => what === severalMachines);
  const difference = isOneMachine ? differenceWithin(all, collector.hasColumns) : undefined;
  if (difference) {
    result.difference = difference;
    if (collector.hasColumns) result.stats = all.at(-1) ?? stats;
  }
  if (log) result.log = log;
  return result;
}

/** The change between the first and the last of several stats texts, if they can be from one boot. */
function differenceWithin(all: readonly ModuleStats[], columns: boolean): StatsDifference | undefined {
  const whole = columns ? all : all.filter(({ counters }) => Object.keys(counters).length === 11);
  const [first, last] = [whole[0], whole.at(-1)];
  if (!first || !last || first === last) return undefined;
  const difference = statsDifference(first, last);
  return columns || difference.findings.length === 0 ? difference : undefined;
}

function countLines(text: string): number {
  let lines = text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
