import type { Finding } from '../finding.ts';
import { readCounterValue } from './counter-value.ts';
import { type CounterName, counterNames, isCounterName, kernelCounter } from './kernel-counter.ts';

/** Values of counters. A missing one was not read, and is never zero. */
export type Counters = Partial<Record<CounterName, bigint>>;

/** The single debugfs files as numbers, with findings. */
export interface CounterReading {
  counters: Counters;
  findings: Finding[];
}

/**
 * Reads the values of the single files of /sys/kernel/debug/modules/, keyed by file name. A value that is not a number
 * is left out, with a finding.
 */
export function readCounters(values: Readonly<Record<string, string>>): CounterReading {
  const reading: CounterReading = { counters: {}, findings: [] };
  for (const [name, text] of Object.entries(values)) {
    if (!isCounterName(name)) {
      const message = `${JSON.stringify(name.slice(0, 64))} is a counter that this version does not know`;
      reading.findings.push({ code: 'UNKNOWN_COUNTER', severity: 'note', message });
      continue;
    }
    const { value, finding } = readCounterValue(name, text.trim(), kernelCounter(name).bits);
    if (value !== undefined) reading.counters[name] = value;
    if (finding) reading.findings.push(finding);
  }
  return reading;
}

/** The names of counters missing from a reading. */
export function missingCounters(counters: Counters): CounterName[] {
  return counterNames.filter(name => counters[name] === undefined);
}

/** The growth of a counter. A 32-bit one that shrank has wrapped around; a 64-bit one cannot. */
export function counterChange(name: CounterName, before: bigint, after: bigint): bigint | undefined {
  if (after >= before) return after - before;
  return kernelCounter(name).bits === 32 ? after - before + 2n ** 32n : undefined;
}
