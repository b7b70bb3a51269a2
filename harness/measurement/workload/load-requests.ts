import type { StoredValue } from '../record.ts';
import { storedValue } from '../stored-value.ts';
import { countOf, sumOfCounts } from './metric-lines.ts';

/** What a workload knows about its own requests to load a module. */
export interface LoadRequests {
  /** Requests that succeeded, counting each caller of a merged load; undefined if the workload does not know. */
  succeeded?: StoredValue | undefined;
  /** All requests; only present if the workload counts them. */
  attempted?: StoredValue | undefined;
  /** Duration of the loads, in ns. */
  elapsedNs?: number | undefined;
}

/** The metrics that count failed loads, one for each stage of a load (kernel/module/stats.c). */
const failures = ['failed_kread', 'failed_decompress', 'failed_becoming', 'failed_load'] as const;

/**
 * Waste and failures per request to load a module, and loads per second. These can be compared even if a workload runs for
 * a fixed time.
 *
 * The requests are those that the workload saw succeed plus those that the kernel counted as failed. `mods_loaded` is not
 * such a count: since 6.5 the kernel merges loads of one file and counts only one of them. A rate with an unknown part is
 * left out, not guessed.
 * @param metrics of the trial so far, including the changes of the kernel's counters
 */
export function requestMetrics(
  requests: LoadRequests,
  metrics: Readonly<Record<string, StoredValue>>,
): Record<string, StoredValue> {
  const values: Record<string, StoredValue> = {};
  const { succeeded, attempted, elapsedNs } = requests;
  const failed = sumOfCounts(failures.map(name => metrics[name]));
  const total = attempted === undefined ? sumOfCounts([succeeded, failed]) : countOf(attempted);
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
