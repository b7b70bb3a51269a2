import type { Finding } from '../finding.ts';
import type { Counters } from './counters.ts';
import { type CounterName, kernelCounter, kernelCounters, wastedCounters } from './kernel-counter.ts';
import type { ModuleStats } from './module-stats.ts';

/** The byte counters, each with the count that must grow with it. */
const byteCounters = kernelCounters.flatMap(({ name: bytes, count, average }) =>
  count === undefined || average === undefined ? [] : [{ bytes, count, average: average.toLowerCase() }],
);

/**
 * The sum of the four invalid byte counters, modulo the machine's word size, as in the kernel; undefined if one is
 * missing, because missing is never zero.
 */
export function wastedBytes(counters: Counters): bigint | undefined {
  let sum = 0n;
  for (const name of wastedCounters) {
    const value = counters[name];
    if (value === undefined) return undefined;
    sum += value;
  }
  return BigInt.asUintN(64, sum);
}

/** Checks a stats text for consistency: sum, parity, averages and duplicates. Every violation is a finding. */
export function checkModuleStats(stats: ModuleStats): Finding[] {
  return [
    ...checkSum(stats),
    ...checkParity(stats.counters),
    ...checkAverages(stats),
    ...checkDuplicates(stats),
  ];
}

function checkSum({ counters, wastedBytes: printed }: ModuleStats): Finding[] {
  const sum = wastedBytes(counters);
  if (sum === undefined || printed === undefined) return [];
  if (sum === printed || BigInt.asUintN(32, sum) === printed) return [];
  const message = `the four byte counters add up to ${sum}, but "Virtual mem wasted bytes" says ${printed}`;
  return [{ code: 'SUM_MISMATCH', severity: 'warning', message }];
}

/** Finds bytes without a count (the kernel itself warns) and, except for kread, counts without bytes. */
export function checkParity(counters: Counters): Finding[] {
  const findings: Finding[] = [];
  for (const { bytes, count } of byteCounters) {
    const size = counters[bytes];
    const number = counters[count];
    if (size === undefined || number === undefined) continue;
    if (size > 0n && number === 0n) {
      const message = `${bytes} is ${size} while ${count} is 0`;
      findings.push({ code: 'BYTES_WITHOUT_COUNT', severity: 'warning', message });
    }
    // A failed read has no length: finit_module() then counts without adding bytes.
    if (size === 0n && number > 0n && bytes !== 'invalid_kread_bytes') {
      const message = `${count} is ${number} while ${bytes} is 0`;
      findings.push({ code: 'COUNT_WITHOUT_BYTES', severity: 'warning', message });
    }
  }
  const { total_mod_size: total, total_text_size: text } = counters;
  if (total !== undefined && text !== undefined && text > total) {
    const message = `the text of all modules (${text} bytes) is larger than the modules (${total} bytes)`;
    findings.push({ code: 'TEXT_EXCEEDS_TOTAL', severity: 'warning', message });
  }
  return findings;
}

/** The kernel divides with DIV_ROUND_UP. */
function checkAverages({ counters, averages }: ModuleStats): Finding[] {
  const findings: Finding[] = [];
  for (const [label, printed] of Object.entries(averages)) {
    const source = byteCounters.find(({ average }) => average === label.toLowerCase());
    const size = source && counters[source.bytes];
    const number = source && counters[source.count];
    if (size === undefined || number === undefined || number === 0n) continue;
    const expected = (size + number - 1n) / number;
    if (expected === printed) continue;
    const message = `"${label}" says ${printed}, but ${size} divided by ${number}, rounded up, is ${expected}`;
    findings.push({ code: 'AVERAGE_MISMATCH', severity: 'warning', message });
  }
  return findings;
}

/** Every duplicate is also a failure, so the table cannot count more than the failure counters. */
function checkDuplicates({ counters, duplicates }: ModuleStats): Finding[] {
  const findings: Finding[] = [];
  const { failed_becoming: becoming, failed_load_modules: load } = counters;
  const total = sumOf(duplicates.map(row => row.count));
  if (becoming !== undefined && load !== undefined && total > becoming + load) {
    const message = `the table counts ${total} duplicates, but the counters only ${becoming + load} failures`;
    findings.push({ code: 'DUPLICATES_EXCEED_FAILURES', severity: 'warning', message });
  }
  const limits = [
    { reason: 'Becoming', count: becoming, label: kernelCounter('failed_becoming').label },
    { reason: 'Load', count: load, label: kernelCounter('failed_load_modules').label },
  ];
  for (const { reason, count, label } of limits) {
    const rows = sumOf(duplicates.filter(row => row.reason === reason).map(row => row.count));
    if (count === undefined || rows <= count) continue;
    const message = `rows with the reason "${reason}" count ${rows}, but "${label}" only ${count}`;
    findings.push({ code: 'REASON_EXCEEDS_COUNT', severity: 'warning', message });
  }
  for (const row of duplicates.filter(({ reason }) => reason === 'Bug-on-stats')) {
    const message = `the kernel gives no reason for the duplicates of ${row.name}: a bug in its statistics`;
    findings.push({ code: 'BUG_ON_STATS', severity: 'warning', message });
  }
  return findings;
}

/**
 * Whether the table has all loads that failed at the stages of duplicates: if not, it was cut, or the others failed for
 * another reason, since only duplicates are in it. For texts of unknown origin; a trial has its own rule.
 */
export function checkTableIsWhole({ counters, wastedBytes, duplicates, findings }: ModuleStats): Finding[] {
  const { failed_becoming: becoming, failed_load_modules: load } = counters;
  // The single files have no sum, and no table either.
  if (wastedBytes === undefined || becoming === undefined || load === undefined) return [];
  if (findings.some(({ code }) => code === 'LIST_TRUNCATED' || code === 'NAMES_WITHOUT_COUNTS')) return [];
  const failed = becoming + load;
  const listed = sumOf(duplicates.map(({ count }) => count));
  if (listed >= failed) return [];
  const message = `the table of duplicates has ${listed} of ${failed} failed loads: it was cut, or the others failed for another reason`;
  return [{ code: 'TABLE_INCOMPLETE', severity: 'warning', message }];
}

function sumOf(counts: number[]): bigint {
  return counts.reduce((sum, count) => sum + BigInt(count), 0n);
}

/**
 * Compares the text with the single files. They are read one after the other, and modules may be loaded in between: growth
 * from the files to the text is a note, shrinking is a warning.
 */
export function checkTextAgainstFiles(text: Counters, files: Counters): Finding[] {
  const findings: Finding[] = [];
  for (const [name, file] of Object.entries(files) as [CounterName, bigint][]) {
    const printed = text[name];
    if (printed === undefined || printed === file) continue;
    const grew = printed > file;
    const message = `${name} is ${file} in its own file and ${printed} in the stats text${grew ? ', read later' : ''}`;
    findings.push({ code: 'TEXT_FILES_DIFFER', severity: grew ? 'note' : 'warning', message });
  }
  return findings;
}
