import type { Finding } from '../finding.ts';
import type { CounterName, DuplicateReason, ModuleStats } from './module-stats.ts';

/** MODULE_NAME_LEN is 64 - sizeof(unsigned long), the terminating zero included: 55 letters, 59 on 32-bit machines. */
const nameLimit = 59;
const maximumValue = 2n ** 64n - 1n;
const signBit = 2n ** 63n;

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

/** A debugfs atomic_t is printed signed by its own file and unsigned by the text: both come out as 0 … 2^32-1. */
export function readValue(
  block: StatsBlock,
  label: string,
  digits: string,
  line: number,
  narrow: boolean,
): bigint | undefined {
  // Far beyond any counter; and BigInt() of a million digits would take seconds.
  const value = BigInt(digits.slice(0, 41));
  const complain = (code: 'OUT_OF_RANGE' | 'CORRUPT', what: string) => {
    const message = `"${label}" is ${digits.slice(0, 64)}, ${what}`;
    block.stats.findings.push(finding(code, 'invalid', message, line));
  };
  if (narrow) {
    if (value >= -(2n ** 31n) && value < 2n ** 32n) return value < 0n ? value + 2n ** 32n : value;
    complain('OUT_OF_RANGE', 'and the kernel counts it in 32 bits');
    return undefined;
  }
  if (value > maximumValue || value < -signBit) {
    complain('OUT_OF_RANGE', 'more than 64 bits hold');
    return undefined;
  }
  if (value >= signBit || value < 0n) {
    complain(
      'CORRUPT',
      "negative as the kernel counts it: before the fix of finit_module()'s error path an errno was added to it",
    );
  }
  return value < 0n ? value + 2n ** 64n : value;
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
