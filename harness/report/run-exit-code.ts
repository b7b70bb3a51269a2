import { exitCodes } from '../exit-code.ts';
import type { TrialRecord } from '../measurement/record.ts';
import type { RunVerdict } from './run-report.ts';

/**
 * What a finished run says with its exit code. Precedence: interrupted > infrastructure > failed.
 * @param facts.interrupted exit code of the signal that ended it
 * @param facts.verdict of its comparison; left out where none is asked for
 */
export function exitCodeOfRun(
  records: readonly TrialRecord[],
  facts: { interrupted: number | undefined; verdict?: RunVerdict },
): number {
  const { interrupted, verdict } = facts;
  if (interrupted !== undefined) return interrupted;
  const kinds = new Set(records.map(record => record.outcome.kind));
  // An invalid trial measured something else than it claims: a bad lab, not a bad kernel.
  if (kinds.has('infrastructure') || kinds.has('invalid') || verdict?.kind === 'unknown')
    return exitCodes.infrastructure;
  if (hasRegressed(verdict) || kinds.has('failed') || kinds.has('crashed') || kinds.has('timeout'))
    return exitCodes.failed;
  return exitCodes.success;
}

function hasRegressed(verdict: RunVerdict | undefined): boolean {
  return verdict?.kind === 'judged' && verdict.comparison.judgement.regressed;
}
