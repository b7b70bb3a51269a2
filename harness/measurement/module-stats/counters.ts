import type { Finding } from '../finding.ts';
import { type CounterName, counterNames } from './module-stats.ts';
import { isCounterName, narrowCounters } from './module-stats-label.ts';

/** The single debugfs files as numbers, with what is odd about them. */
export interface CounterReading {
  counters: Partial<Record<CounterName, bigint>>;
  findings: Finding[];
}

/**
 * Reads the values of the single files of /sys/kernel/debug/modules/, keyed by file name. The `atomic_t` ones are
 * printed signed (`%lld`) and come out as 0 … 2^32-1. A value that is no number is left out, with a finding.
 */
export function readCounters(values: Readonly<Record<string, string>>): CounterReading {
  const reading: CounterReading = { counters: {}, findings: [] };
  for (const [name, text] of Object.entries(values)) {
    if (!isCounterName(name)) {
      const message = `${JSON.stringify(name.slice(0, 64))} is a counter this version does not know`;
      reading.findings.push({ code: 'UNKNOWN_COUNTER', severity: 'note', message });
      continue;
    }
    readCounter(reading, name, text.trim());
  }
  return reading;
}

function readCounter(reading: CounterReading, name: CounterName, text: string): void {
  const value = /^-?\d{1,20}$/.test(text) ? BigInt(text) : undefined;
  const bits = narrowCounters.has(name) ? 32 : 64;
  const limit = 1n << BigInt(bits);
  if (value === undefined || value >= limit || value < -(limit / 2n)) {
    const message = `${name} is ${JSON.stringify(text.slice(0, 64))}, which is no number of ${bits} bits`;
    reading.findings.push({ code: 'OUT_OF_RANGE', severity: 'invalid', message });
    return;
  }
  const unsigned = BigInt.asUintN(bits, value);
  if (bits === 64 && unsigned >= limit / 2n) {
    const message = `${name} is ${text}, negative as the kernel counts it: an errno was added to it`;
    reading.findings.push({ code: 'CORRUPT', severity: 'invalid', message });
  }
  reading.counters[name] = unsigned;
}

/** The names of counters that a reading lacks. */
export function missingCounters(counters: Partial<Record<CounterName, bigint>>): CounterName[] {
  return counterNames.filter(name => counters[name] === undefined);
}

/** What a counter grew by. A 32-bit one that came out smaller has wrapped; a 64-bit one cannot have. */
export function counterChange(name: CounterName, before: bigint, after: bigint): bigint | undefined {
  if (after >= before) return after - before;
  return narrowCounters.has(name) ? after - before + 2n ** 32n : undefined;
}
