import { exitCodes } from '../exit-code.ts';
import type { TrialRecord } from '../measurement/record.ts';
import type { RunVerdict } from './run-report.ts';

/**
 * The exit code of a finished run. Precedence: interrupted > infrastructure > failed.
 * @param facts.interrupted exit code of the signal that ended it
 * @param facts.verdict of its comparison; left out if none was requested
 */
export function exitCodeOfRun(
  records: readonly TrialRecord[],
  facts: { interrupted: number | undefined; verdict?: RunVerdict },
): number {
  const { interrupted, verdict } = facts;
  if (interrupted !== undefined) return interrupted;
  const kinds = new Set(records.map(record => record.outcome.kind));
  // An invalid trial did not measure what it claims: the fault of the lab, not of the kernel.
  if (kinds.has('infrastructure') || kinds.has('invalid') || verdict?.kind === 'unknown')
    return exitCodes.infrastructure;
  if (hasRegressed(verdict) || kinds.has('failed') || kinds.has('crashed') || kinds.has('timeout'))
    return exitCodes.failed;
  return exitCodes.success;
}

function hasRegressed(verdict: RunVerdict | undefined): boolean {
  return verdict?.kind === 'judged' && verdict.comparison.judgement.regressed;
}
