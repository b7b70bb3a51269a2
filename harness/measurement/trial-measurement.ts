import { HarnessError } from '../errors.ts';
import type { Crash } from './crashes/crash.ts';
import { checkFailedLoads, loadOutcomes } from './failed-loads.ts';
import type { Finding } from './finding.ts';
import { notUnderKvm } from './hypervisor.ts';
import { readInstructionCounts } from './instruction-counts.ts';
import type { DuplicateRequests } from './kernel-log/duplicate-requests.ts';
import { kmsgLines, lostRecords, parseKmsgRecord } from './kernel-log/kmsg-record.ts';
import { readLog } from './log-reading.ts';
import { metrics } from './metric-table.ts';
import { type Counters, counterChange, missingCounters, readCounters } from './module-stats/counters.ts';
import { checkParity, checkTextAgainstFiles, wastedBytes } from './module-stats/cross-check.ts';
import { type CounterName, counterNames } from './module-stats/kernel-counter.ts';
import type { ModuleStats } from './module-stats/module-stats.ts';
import { parseModuleStats } from './module-stats/module-stats-text.ts';
import type { TrialRecord } from './record.ts';
import { storedValue } from './stored-value.ts';
import type { LedgerSummary } from './trace/ledger-summary.ts';
import { measureTrace } from './trace/trace-measurement.ts';
import type { StatsSnapshot, TrialEvidence } from './trial-evidence.ts';
import { rangeFault } from './value-range.ts';
import { requestMetrics } from './workload/load-requests.ts';
import { readMemory } from './workload/memory-samples.ts';
import { readWorkloadResults } from './workload/workload-results.ts';

/** The measured parts of a trial's record. */
export interface TrialMeasurement {
  /** Name to value. Absent means not measured, never zero. */
  metrics: TrialRecord['metrics'];
  counters?: NonNullable<TrialRecord['counters']>;
  duplicates: TrialRecord['duplicates'];
  duplicateRequests: DuplicateRequests;
  /** Who loaded what, if the kernel was traced. */
  ledger?: LedgerSummary;
  findings: Finding[];
  /** Crashes found in the log records, in order. */
  crashes: Crash[];
  /** Why the numbers do not belong to the cell. The metrics are then empty. */
  invalid?: string;
}

/** A snapshot as numbers. */
interface Reading {
  counters: Counters;
  stats?: ModuleStats;
  findings: Finding[];
}

/**
 * Computes the metrics of one trial. Counters change over the workload (after minus before, wrapping if the kernel counts
 * in 32 bits); duplicate requests count over the whole boot. A trial that did not measure what it claims is `invalid`,
 * with the reason, and yields no metric.
 */
export function measureTrial(evidence: TrialEvidence): TrialMeasurement {
  const log = readRecords(evidence);
  const before = readSnapshot(evidence.before);
  const after = readSnapshot(evidence.after);
  const result: TrialMeasurement = {
    metrics: {},
    duplicates: after?.stats?.duplicates ?? [],
    duplicateRequests: log.requests,
    crashes: log.crashes,
    findings: [...log.findings, ...(before?.findings ?? []), ...(after?.findings ?? [])],
  };
  if (before && after) {
    result.counters = { before: asText(before.counters), after: asText(after.counters) };
    addChanges(result, before, after);
  }
  addDuplicateMetrics(result, evidence, log.complete, before, after);
  addTimes(result, evidence);
  const memory = readMemory(evidence);
  const results = readWorkloadResults(evidence);
  Object.assign(result.metrics, memory.values, results.values);
  if (evidence.expected.succeeded !== undefined)
    Object.assign(result.metrics, requestMetrics(results.requests, result.metrics));
  addInstructions(result, evidence);
  addTrace(result, evidence, after);
  result.findings.push(...memory.findings, ...results.findings);
  if (!evidence.expected.loadsFail)
    result.findings.push(...checkFailedLoads(loadOutcomes(result.metrics, results.requests.succeeded)));
  result.findings = unique(result.findings);
  const invalid = invalidReason(evidence, result, before, after, results.invalid);
  if (invalid !== undefined) {
    result.invalid = invalid;
    result.metrics = {};
  }
  return result;
}

function readRecords({ kmsg, kmsgLost = 0 }: TrialEvidence): {
  requests: DuplicateRequests;
  findings: Finding[];
  crashes: Crash[];
  complete: boolean;
} {
  const { crashes, duplicateRequests: requests, findings } = readLog(kmsgLines(kmsg));
  const records = kmsg.map(parseKmsgRecord).filter(record => record !== undefined);
  const lost = Math.max(kmsgLost, lostRecords(records));
  if (lost > 0) {
    const message = `${lost} records of the kernel log were lost, so duplicate requests cannot be counted`;
    findings.push({ code: 'RECORDS_LOST', severity: 'warning', message });
  }
  return { requests, findings, crashes, complete: lost === 0 };
}

function readSnapshot(snapshot: StatsSnapshot | undefined): Reading | undefined {
  if (!snapshot) return undefined;
  const { counters, findings } = readCounters(snapshot.values);
  const reading: Reading = { counters, findings: [...findings, ...checkParity(counters)] };
  if (snapshot.stats === undefined || snapshot.stats.trim() === '') return reading;
  try {
    reading.stats = parseModuleStats(snapshot.stats);
    reading.findings.push(
      ...reading.stats.findings,
      ...checkTextAgainstFiles(reading.stats.counters, counters),
    );
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    reading.findings.push({ code: error.code, severity: 'warning', message: error.message });
  }
  return reading;
}

function asText(counters: Counters): Partial<Record<CounterName, string>> {
  return Object.fromEntries(Object.entries(counters).map(([name, value]) => [name, value.toString()]));
}

function addChanges(result: TrialMeasurement, before: Reading, after: Reading): void {
  const changes: Counters = {};
  for (const name of counterNames) {
    const [old, now] = [before.counters[name], after.counters[name]];
    if (old === undefined || now === undefined) continue;
    const change = counterChange(name, old, now);
    if (change !== undefined) changes[name] = change;
    else {
      const message = `${name} fell from ${old} to ${now}, although it is a counter that can only grow`;
      result.findings.push({ code: 'COUNTER_FELL', severity: 'invalid', message });
    }
  }
  for (const { name, counters } of metrics) {
    const [counter, ...others] = counters;
    const change = counter && others.length === 0 ? changes[counter] : undefined;
    if (change !== undefined) result.metrics[name] = storedValue(change);
  }
  const wasted = wastedBytes(changes);
  if (wasted !== undefined) result.metrics['wasted_bytes'] = storedValue(wasted);
}

function addDuplicateMetrics(
  result: TrialMeasurement,
  { facts }: TrialEvidence,
  logComplete: boolean,
  before: Reading | undefined,
  after: Reading | undefined,
): void {
  const truncated = [before, after].some(reading =>
    reading?.findings.some(({ code }) => code === 'LIST_TRUNCATED'),
  );
  if (before?.stats && after?.stats && !truncated) {
    const earlier = new Map(before.stats.duplicates.map(({ name, count }) => [name, count]));
    const grown = after.stats.duplicates
      .map(({ name, count }) => count - (earlier.get(name) ?? 0))
      .filter(count => count > 0);
    result.metrics['duplicates'] = grown.reduce((sum, count) => sum + count, 0);
    result.metrics['duplicate_modules'] = grown.length;
  }
  if (facts['autoload_dups'] === '1' && logComplete) {
    result.metrics['dup_warnings'] = result.duplicateRequests.total;
    result.metrics['dup_names'] = result.duplicateRequests.requests.length;
  }
}

function wholeNumber(text: string | undefined): number | undefined {
  const number = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
}

function addTimes(result: TrialMeasurement, { facts, exit }: TrialEvidence): void {
  const boot = wholeNumber(facts['uptime_ns']);
  if (boot !== undefined) result.metrics['boot_ns'] = boot;
  if (exit && Number.isSafeInteger(exit.wallNs)) result.metrics['workload_ns'] = exit.wallNs;
}

function addTrace(
  result: TrialMeasurement,
  { trace, expected }: TrialEvidence,
  after: Reading | undefined,
): void {
  if (expected.traced !== true) return;
  if (trace === undefined || trace.trim() === '') {
    const message = 'the guest sent no trace, so nothing is known about who loaded what';
    result.findings.push({ code: 'TRACE_MISSING', severity: 'warning', message });
    return;
  }
  const { summary, metrics: values, findings } = measureTrace(trace, after?.counters ?? {}, after?.stats);
  result.ledger = summary;
  Object.assign(result.metrics, values);
  result.findings.push(...findings);
}

/** Adds the counts of a guest whose clock follows its instructions, and notes that apply to all its numbers. */
function addInstructions(result: TrialMeasurement, { instructions, expected }: TrialEvidence): void {
  if (instructions === undefined) return;
  const counts = readInstructionCounts(instructions);
  if (typeof counts === 'string') {
    result.findings.push({ code: 'INSTRUCTIONS_UNKNOWN', severity: 'invalid', message: counts });
    return;
  }
  const { metrics: values } = result;
  values['instructions_boot'] = counts.boot;
  values['instructions_workload'] = counts.workload;
  const requests = Number(values['requests'] ?? 0);
  if (requests > 0) values['instructions_per_request'] = counts.workload / requests;
  result.findings.push({
    code: 'TIMES_ARE_INSTRUCTIONS',
    severity: 'note',
    message:
      'the clock of the guest follows its instructions, 4 ns each: its times are only real while it is idle',
  });
  if (expected.vcpus === 1) return;
  result.findings.push({
    code: 'WAITING_IS_COUNTED',
    severity: 'note',
    message:
      'instructions spent by vCPUs waiting for each other are counted too: a change may come from waiting, not from work',
  });
}

/** How the guest differs from its cell, if it does. */
function otherMachine(
  facts: TrialEvidence['facts'],
  { vcpus, numaNodes = 1, decompression }: TrialEvidence['expected'],
): string | undefined {
  const online = wholeNumber(facts['cpus_online']);
  if (online !== undefined && online !== vcpus)
    return `${online} CPUs were online in the guest instead of ${vcpus}`;
  // A kernel without NUMA has one node but no file that says so.
  const nodes = wholeNumber(facts['numa_nodes']) ?? 1;
  if (numaNodes > 1 && nodes !== numaNodes)
    return `${nodes} memory nodes were online in the guest instead of ${numaNodes}`;
  const algorithm = facts['decompress_algorithm'];
  if (decompression !== undefined && algorithm !== decompression)
    return `the kernel of the guest decompresses ${algorithm ?? 'no'} modules, not ${decompression}`;
  return undefined;
}

function invalidReason(
  { facts, kmsg, expected }: TrialEvidence,
  { findings, metrics: values }: TrialMeasurement,
  before: Reading | undefined,
  after: Reading | undefined,
  workload: string | undefined,
): string | undefined {
  const machine = otherMachine(facts, expected) ?? (expected.underKvm ? notUnderKvm(facts, kmsg) : undefined);
  if (machine !== undefined) return machine;
  const unknownSymbol = findings.find(({ code }) => code === 'UNKNOWN_SYMBOL');
  if (unknownSymbol) return unknownSymbol.message;
  if (workload !== undefined) return workload;
  if (expected.moduleStats) {
    for (const [moment, reading] of [['before', before] as const, ['after', after] as const]) {
      if (!reading) return `the counters ${moment} the workload never arrived`;
      const missing = missingCounters(reading.counters);
      if (missing.length > 0) return `the counters ${moment} the workload are missing ${missing.join(', ')}`;
    }
  }
  return findings.find(({ severity }) => severity === 'invalid')?.message ?? impossibleValue(values);
}

function impossibleValue(metrics: TrialRecord['metrics']): string | undefined {
  for (const [name, value] of Object.entries(metrics)) {
    const fault = rangeFault(value);
    if (fault !== undefined) return `${name} is ${value}, ${fault}`;
  }
  return undefined;
}

function unique(findings: readonly Finding[]): Finding[] {
  const seen = new Map(findings.map(finding => [`${finding.code}\n${finding.message}`, finding]));
  return [...seen.values()];
}
