import type { Finding } from '../finding.ts';
import type { Counters } from '../module-stats/counters.ts';
import type { ModuleStats } from '../module-stats/module-stats.ts';
import { storedValue } from '../stored-value.ts';
import type { Attempt } from './attempt.ts';
import { blameAttempts } from './blame.ts';
import { checkLedger } from './check-ledger.ts';
import { type Ledger, readLedger } from './ledger.ts';
import type { LedgerSummary } from './ledger-summary.ts';

/** The measured parts of a trace. */
export interface TraceMeasurement {
  summary: LedgerSummary;
  /** Of the calls during the workload. */
  metrics: Record<string, number | string>;
  findings: Finding[];
}

/**
 * Measures the trace of one boot. The ledger must add up with what the kernel counted since the boot; its metrics are about the
 * workload, like those of the counters.
 */
export function measureTrace(
  text: string,
  counters: Counters,
  stats: Pick<ModuleStats, 'duplicates'> | undefined,
): TraceMeasurement {
  const ledger = readLedger(text);
  const findings = checkLedger(ledger, counters, stats);
  return {
    summary: {
      attempts: ledger.attempts.length,
      lostEvents: ledger.lostEvents,
      addsUp: findings.length === 0 && counters.modcount !== undefined,
      blame: blameAttempts(ledger.attempts),
    },
    metrics: ledger.lostEvents === 0 ? ledgerMetrics(ledger) : {},
    findings,
  };
}

/** Of a trace that lost events none of these could be trusted. */
function ledgerMetrics({ attempts, workloadNs, collectNs }: Ledger): Record<string, number | string> {
  if (workloadNs === undefined) return {};
  const end = collectNs ?? Number.POSITIVE_INFINITY;
  const during = attempts.filter(({ startNs }) => startNs >= workloadNs && startNs < end);
  const failed = during.filter(
    ({ outcome }) => outcome === 'duplicate-early' || outcome === 'duplicate-late',
  );
  const merged = during.filter(({ outcome }) => outcome === 'merged');
  const values: Record<string, number | string> = {
    load_attempts: during.length,
    merged_loads: merged.length,
    duplicate_wait_ns: stored(failed, ({ durationNs }) => durationNs),
    merged_wait_ns: stored(merged, ({ durationNs }) => durationNs),
  };
  if (during.length === 0) return values;
  const bytes = during.reduce((sum, attempt) => sum + attempt.bytes, 0);
  values['duplicate_share'] = failed.length / during.length;
  values['waste_per_attempt'] = bytes / during.length;
  return values;
}

function stored(attempts: readonly Attempt[], value: (attempt: Attempt) => number): number | string {
  return storedValue(BigInt(Math.round(attempts.reduce((sum, attempt) => sum + value(attempt), 0))));
}
