import type { Finding } from '../finding.ts';
import type { WorkloadMetricDefinition } from '../metric.ts';
import type { StoredValue } from '../record.ts';
import { storedValue } from '../stored-value.ts';

/** The numbers of a result file in the format `metrics`. */
export interface MetricLines {
  values: Record<string, StoredValue>;
  findings: Finding[];
}

/** Maximum number of lines in such a file. */
const lineLimit = 10_000;

/** A count as an integer; undefined for what is no count, which a workload may write all the same. */
export function countOf(value: StoredValue | undefined): bigint | undefined {
  if (value === undefined || !/^\d{1,40}$/.test(String(value))) return undefined;
  return BigInt(value);
}

/** The sum of counts; undefined if one of them is missing or no count. */
export function sumOfCounts(values: readonly (StoredValue | bigint | undefined)[]): bigint | undefined {
  let sum = 0n;
  for (const value of values) {
    const count = typeof value === 'bigint' ? value : countOf(value);
    if (count === undefined) return undefined;
    sum += count;
  }
  return sum;
}

/**
 * Reads the lines `name value` that a workload wrote. Only declared metrics are used. A value that is not a finite number
 * is left out, with a finding; a declared metric that was never written also gets a finding: missing is not zero.
 */
export function parseMetricLines(text: string, declared: readonly WorkloadMetricDefinition[]): MetricLines {
  const result: MetricLines = { values: {}, findings: [] };
  const names = new Set(declared.map(({ name }) => name));
  for (const line of text.split('\n', lineLimit)) {
    const words = line.trim().split(/\s+/);
    const [name, value] = words;
    if (words.length !== 2 || !name || !value || !names.has(name)) continue;
    const number = readNumber(value);
    if (number !== undefined && !Object.hasOwn(result.values, name)) {
      result.values[name] = number;
      continue;
    }
    if (number !== undefined) {
      const message = `the workload gave ${name} twice, as ${result.values[name]} and as ${number}`;
      result.findings.push({ code: 'METRIC_TWICE', severity: 'invalid', message });
      continue;
    }
    const message = `the workload reported ${JSON.stringify(value.slice(0, 64))} as ${name}, which is not a number`;
    result.findings.push({ code: 'METRIC_INVALID', severity: 'warning', message });
  }
  return result;
}

function readNumber(text: string): StoredValue | undefined {
  if (/^-?\d{1,40}$/.test(text)) return storedValue(BigInt(text));
  const number = /^-?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** A finding for every declared metric without a value. */
export function missingMetrics(
  values: Readonly<Record<string, StoredValue>>,
  declared: readonly WorkloadMetricDefinition[],
): Finding[] {
  return declared
    .filter(({ name }) => !Object.hasOwn(values, name))
    .map(({ name }) => ({
      code: 'METRIC_MISSING',
      severity: 'warning',
      message: `the workload declares the metric ${name} but did not report it`,
    }));
}
