import { compareScalars, type Scalar } from '../../statistics/samples/value.ts';
import type { Target } from '../search/action.ts';
import type { Direction } from '../search/ends.ts';
import { type Laboratory, untestableCause } from './bisect-commits.ts';
import { judgeBoot } from './boot-verdict.ts';

/** When a commit is bad. */
export interface CommitLimit {
  metric: string;
  worse: Direction;
  /** A boot is bad if its value is worse than this. */
  limit: Scalar;
  /** The number of boots with a value. */
  boots: number;
  /** The number of bad boots that makes the commit bad. */
  need: number;
}

/** The verdict on one commit. */
export type CommitVerdict =
  | { kind: 'good' | 'bad'; values: Scalar[]; bad: number }
  | { kind: 'untestable'; reason: string }
  | { kind: 'interrupted' };

/** With more boots than this without a value, and more than with one, the commit cannot be tested. */
const failuresAllowed = 2;

/**
 * Builds one commit and boots it until enough boots are bad, or until there can no longer be enough bad ones.
 * @throws InfrastructureError and other errors that are not errors of the commit
 */
export async function judgeCommit(
  laboratory: Laboratory,
  target: Target,
  limit: CommitLimit,
  signal: AbortSignal,
): Promise<CommitVerdict> {
  try {
    await laboratory.build(target);
    return await bootCommit(laboratory, target, limit);
  } catch (error) {
    if (signal.aborted) return { kind: 'interrupted' };
    const fault = untestableCause(error);
    if (fault === undefined) throw error;
    return { kind: 'untestable', reason: fault.title };
  }
}

async function bootCommit(
  laboratory: Laboratory,
  target: Target,
  { metric, worse, limit, boots, need }: CommitLimit,
): Promise<CommitVerdict> {
  const values: Scalar[] = [];
  let bad = 0;
  let failures = 0;
  while (bad < need && bad + boots - values.length >= need) {
    const number = String(values.length + failures + 1).padStart(4, '0');
    const record = await laboratory.boot(target, `${number}-${target.commit.slice(0, 12)}`);
    const verdict = judgeBoot(record, metric);
    if (verdict.kind === 'value') {
      values.push(verdict.value);
      if (isWorse(verdict.value, limit, worse)) bad++;
      continue;
    }
    if (verdict.kind === 'interrupted') return verdict;
    failures++;
    const hopeless = failures > failuresAllowed && failures > values.length;
    if (verdict.kind === 'untestable' || hopeless) return { kind: 'untestable', reason: verdict.title };
  }
  return { kind: bad >= need ? 'bad' : 'good', values, bad };
}

function isWorse(value: Scalar, limit: Scalar, direction: Direction): boolean {
  const order = compareScalars(value, limit);
  return direction === 'higher' ? order > 0 : order < 0;
}
