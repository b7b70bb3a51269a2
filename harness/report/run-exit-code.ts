import { exitCodes } from '../exit-code.ts';
import type { TrialRecord } from '../measurement/record.ts';

/** What a finished run says with its exit code. Precedence: interrupted > infrastructure > failed. */
export function exitCodeOfRun(
  records: readonly TrialRecord[],
  facts: { interrupted?: number; regressed: boolean },
): number {
  if (facts.interrupted !== undefined) return facts.interrupted;
  const kinds = new Set(records.map(record => record.outcome.kind));
  // An invalid trial measured something else than it claims: a bad lab, not a bad kernel.
  if (kinds.has('infrastructure') || kinds.has('invalid')) return exitCodes.infrastructure;
  if (facts.regressed || kinds.has('failed') || kinds.has('crashed') || kinds.has('timeout'))
    return exitCodes.failed;
  return exitCodes.success;
}
