import type { Finding } from './finding.ts';
import type { StoredValue } from './record.ts';
import { countOf, sumOfCounts } from './workload/metric-lines.ts';

/** The results of the loads of one workload; undefined means unknown. */
export interface LoadOutcomes {
  /** Failures that the kernel counted, at any stage of a load. */
  failed: bigint | undefined;
  /** The failures among them at the stages at which duplicates fail: becoming and load. */
  failedWhereDuplicatesDo: bigint | undefined;
  /** Failures in the kernel's table of duplicates. */
  duplicates: bigint | undefined;
  /** Modules that the kernel loaded. */
  loaded: bigint | undefined;
  /** Successful loads reported by the workload. */
  succeeded: bigint | undefined;
}

/**
 * Tolerated failures without a row in the table: if a signal interrupts the wait for another load, the load fails without a
 * row, at most once per process (module_patient_check_exists() in kernel/module/main.c). Up to this number or this share,
 * a trial stays valid.
 */
const interruptedWaits = { count: 16n, share: 10n } as const;

/**
 * Whether the failures of a workload are duplicates at all. The kernel counts every early failure as "becoming", even of a
 * file that is not a module, but only adds duplicates to its table (kernel/module/stats.c): failures that are not in the
 * table say nothing about duplicate loads, and neither does a workload without a successful load.
 */
export function checkFailedLoads(outcomes: LoadOutcomes): Finding[] {
  const { failed, failedWhereDuplicatesDo, duplicates } = outcomes;
  if (isNothingLoaded(outcomes)) {
    const failures = failed === undefined ? '' : `: ${failed} failed, and none as a duplicate`;
    return [finding('invalid', 'NOTHING_LOADED', `not one load of the workload succeeded${failures}`)];
  }
  if (failedWhereDuplicatesDo === undefined || duplicates === undefined) return [];
  const others = failedWhereDuplicatesDo - duplicates;
  if (others <= 0n) return [];
  const message = `${others} of ${failedWhereDuplicatesDo} failed loads are not in the kernel's table of duplicates`;
  const isMuch = others > interruptedWaits.count && others * interruptedWaits.share > failedWhereDuplicatesDo;
  return [
    isMuch
      ? finding('invalid', 'FAILURES_NOT_DUPLICATES', `${message}: they failed for another reason`)
      : finding('note', 'FAILURES_NOT_DUPLICATES', `${message}; a wait that a signal ends is not`),
  ];
}

/** A module that was loaded before has no successful load either, but then the failures are duplicates. */
function isNothingLoaded({ failed, duplicates, loaded, succeeded }: LoadOutcomes): boolean {
  if (loaded === undefined) return succeeded === 0n;
  return (
    loaded === 0n && (succeeded ?? 0n) === 0n && duplicates === 0n && failed !== undefined && failed > 0n
  );
}

function finding(severity: Finding['severity'], code: string, message: string): Finding {
  return { code, severity, message };
}

/** The outcomes of a trial's loads, from its metrics. */
export function loadOutcomes(
  metrics: Readonly<Record<string, StoredValue>>,
  succeeded: StoredValue | undefined,
): LoadOutcomes {
  const late = sumOfCounts([metrics['failed_becoming'], metrics['failed_load']]);
  return {
    failed: sumOfCounts([late, metrics['failed_kread'], metrics['failed_decompress']]),
    failedWhereDuplicatesDo: late,
    duplicates: countOf(metrics['duplicates']),
    loaded: countOf(metrics['mods_loaded']),
    succeeded: countOf(succeeded),
  };
}
