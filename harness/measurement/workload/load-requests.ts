import type { StoredValue } from '../record.ts';
import { storedValue } from '../stored-value.ts';
import { countOf } from './metric-lines.ts';

/** What a workload knows of its own requests to load a module. */
export interface LoadRequests {
  /** Requests that succeeded, each caller of a merged load counted; undefined when the workload cannot tell. */
  succeeded?: StoredValue | undefined;
  /** All requests; given only where that is what the workload counts. */
  attempted?: StoredValue | undefined;
  /** How long it loaded, ns. */
  elapsedNs?: number | undefined;
}

/** The metrics that count loads which failed, one for each stage of a load (kernel/module/stats.c). */
const failures = ['failed_kread', 'failed_decompress', 'failed_becoming', 'failed_load'] as const;

/**
 * Waste and failures for each request to load a module, and loads per second: what can be compared when a workload runs
 * for a fixed time.
 *
 * The requests are what the workload saw succeed and what the kernel counted as failed. `mods_loaded` is no such count:
 * from 6.5 on the kernel merges loads of one file and counts one of them. A rate whose parts are not all known is left
 * out: missing, not guessed.
 * @param metrics of the trial so far, with the changes of the kernel's counters
 */
export function requestMetrics(
  requests: LoadRequests,
  metrics: Readonly<Record<string, StoredValue>>,
): Record<string, StoredValue> {
  const values: Record<string, StoredValue> = {};
  const { succeeded, attempted, elapsedNs } = requests;
  const failed = sumOf(failures.map(name => metrics[name]));
  const total = attempted === undefined ? sumOf([succeeded, failed]) : countOf(attempted);
  if (total !== undefined && total > 0n) {
    values['requests'] = storedValue(total);
    const wasted = metrics['wasted_bytes'];
    if (failed !== undefined) values['failures_per_request'] = Number(failed) / Number(total);
    if (wasted !== undefined) values['waste_per_request'] = Number(wasted) / Number(total);
  }
  if (succeeded !== undefined && elapsedNs !== undefined && elapsedNs > 0)
    values['loads_per_second'] = Number(succeeded) / (elapsedNs / 1e9);
  return values;
}

function sumOf(values: readonly (StoredValue | bigint | undefined)[]): bigint | undefined {
  let sum = 0n;
  for (const value of values) {
    const count = typeof value === 'bigint' ? value : countOf(value);
    if (count === undefined) return undefined;
    sum += count;
  }
  return sum;
}
