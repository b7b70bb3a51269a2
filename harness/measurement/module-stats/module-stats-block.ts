import type { Finding } from '../finding.ts';
import { readCounterValue } from './counter-value.ts';
import type { CounterName } from './kernel-counter.ts';
import type { DuplicateReason, ModuleStats } from './module-stats.ts';

/** MODULE_NAME_LEN is 64 - sizeof(unsigned long), the terminating zero included: 55 letters, 59 on 32-bit machines. */
const nameLimit = 59;

const reasons: readonly DuplicateReason[] = ['Becoming & Load', 'Becoming', 'Load', 'Bug-on-stats'];

/** One stats text inside a larger one. */
export interface StatsBlock {
  stats: ModuleStats;
  line: number;
  inTable: boolean;
  /** Unknown labels count only when a known one follows or precedes without a break. */
  open: boolean;
  /** The line that was last taken for a row, and whether that row broke off. */
  lastRow: number;
  cutRow: boolean;
  /** Counters whose line is there and whose number is none. */
  refused: Set<CounterName>;
}

/** A finding, with its line if it has one. */
export function finding(
  code: string,
  severity: Finding['severity'],
  message: string,
  line?: number,
): Finding {
  return line === undefined ? { code, severity, message } : { code, severity, message, line };
}

/** A block that begins at a line. */
export function newBlock(line: number): StatsBlock {
  const stats: ModuleStats = {
    kind: 'stats',
    counters: {},
    averages: {},
    duplicates: [],
    unknown: [],
    findings: [],
  };
  return { stats, line, inTable: false, open: true, lastRow: 0, cutRow: false, refused: new Set() };
}

/** Keeps a label that this version does not know, with a note. */
export function keepUnknown(block: StatsBlock, label: string, value: string, number: number): void {
  if (block.stats.unknown.length >= 64) return;
  block.stats.unknown.push({ label, value });
  block.stats.findings.push(
    finding(
      'UNKNOWN_LABEL',
      'note',
      `"${label}" is a label this version does not know; kept as it is`,
      number,
    ),
  );
}

/** Reads a number of a line; undefined, with a finding, if it is none of so many bits. */
export function readValue(
  block: StatsBlock,
  label: string,
  digits: string,
  line: number,
  bits: 32 | 64,
): bigint | undefined {
  const { value, finding } = readCounterValue(`"${label}"`, digits, bits);
  if (finding) block.stats.findings.push({ ...finding, line });
  return value;
}

/** Takes a row of the table, or sees that the table is over. */
export function readDuplicate(block: StatsBlock, words: string[], number: number): void {
  const [name, count] = words as [string, string | undefined];
  if (/^module-name$/i.test(name)) return;
  // A table goes on as long as its rows do: what follows it in a log or a mail is none of its business.
  block.lastRow = number;
  if (
    !/^[\w.-]+$/.test(name) ||
    name.length > nameLimit ||
    (count !== undefined && !/^\d{1,20}$/.test(count))
  ) {
    block.inTable = false;
    return;
  }
  const written = words.slice(2).join(' ');
  const reason = reasons.find(known => known.toLowerCase() === written.toLowerCase());
  block.cutRow = reason === undefined && reasons.some(known => known.startsWith(written));
  if (count === undefined || block.cutRow) return;
  if (reason === undefined) {
    block.inTable = words.length <= 5;
    const message = `"${written}" is not a reason that the kernel gives for ${name}`;
    if (block.inTable) block.stats.findings.push(finding('UNKNOWN_REASON', 'warning', message, number));
    return;
  }
  if (Number.isSafeInteger(Number(count))) {
    block.stats.duplicates.push({ name, count: Number(count), reason });
    return;
  }
  const message = `${name} is said to have been a duplicate ${count} times`;
  block.stats.findings.push(finding('OUT_OF_RANGE', 'invalid', message, number));
}
