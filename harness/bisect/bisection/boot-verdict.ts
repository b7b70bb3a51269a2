import { InfrastructureError } from '../../errors.ts';
import { failedBoots } from '../../judgement/side.ts';
import type { TrialRecord } from '../../measurement/record.ts';
import { badOutcomes, metricsOf, readStored } from '../../store/sample.ts';

/** What one boot says about its commit. */
export type BootVerdict =
  | { kind: 'value'; value: number | bigint }
  /** It ended without a value; the commit may be booted again. */
  | { kind: 'failed'; title: string }
  /** No boot of this commit can have a value. */
  | { kind: 'untestable'; title: string }
  | { kind: 'interrupted' };

/**
 * Reads the metric from a trial. A guest that crashed or hung has no value, because the crash is not what is bisected,
 * unless the metric is the crash itself. Failures of the host say nothing about the commit.
 * @throws InfrastructureError GUEST_LOST
 */
export function judgeBoot(record: TrialRecord, metric: string): BootVerdict {
  const { outcome } = record;
  if (outcome.kind === 'interrupted') return { kind: 'interrupted' };
  if (outcome.kind === 'infrastructure')
    throw new InfrastructureError('GUEST_LOST', `the guest of ${record.trial} was lost: ${outcome.reason}`, {
      evidence: (record.consoleTail ?? []).join('\n'),
      hint: 'The host is at fault, so no commit is judged. Fix it, then continue with --resume.',
    });
  if (metric === failedBoots && outcome.kind !== 'invalid')
    return { kind: 'value', value: badOutcomes.has(outcome.kind) ? 1 : 0 };
  if (outcome.kind === 'crashed') return { kind: 'failed', title: outcome.title };
  if (outcome.kind === 'timeout') return { kind: 'failed', title: `${outcome.phase}: ${outcome.reason}` };
  if (outcome.kind !== 'passed') return { kind: 'failed', title: outcome.reason };
  const value = metricsOf(record)[metric];
  if (value !== undefined) return { kind: 'value', value: readStored(value) };
  return { kind: 'untestable', title: `its guests do not measure ${metric}` };
}
