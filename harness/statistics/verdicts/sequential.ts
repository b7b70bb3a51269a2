import { UsageError } from '../../errors.ts';
import type { MetricVerdict } from './verdict.ts';

/** A look at the data that was declared before any was seen. */
export interface Look {
  /** Counted from 1. */
  index: number;
  /** How many looks were declared. */
  of: number;
  /** Trials per side that the look uses: the first so many. */
  trials: number;
  /** The part of alpha that it may spend. */
  spend: number;
}

/**
 * Splits alpha over the looks: the last gets one half, the others share the rest equally (0.0125, 0.0125, 0.025 of
 * 0.05). The parts sum to alpha, so the union bound keeps the level under any dependence, ties and discreteness.
 * @param looks trials per side, ascending whole numbers
 * @throws UsageError LOOKS_INVALID
 */
export function planLooks(looks: readonly number[], alpha: number): Look[] {
  for (const [index, trials] of looks.entries()) {
    if (Number.isInteger(trials) && trials > (looks[index - 1] ?? 0)) continue;
    throw new UsageError(
      'LOOKS_INVALID',
      `looks must be ascending whole numbers, not [${looks.join(', ')}]`,
      {
        hint: 'Write for instance `trials: { looks: [8, 12, 20] }`.',
      },
    );
  }
  const last = looks.length - 1;
  return looks.map((trials, index) => ({
    index: index + 1,
    of: looks.length,
    trials,
    spend: last === 0 ? alpha : index === last ? alpha / 2 : alpha / 2 / last,
  }));
}

/** Whether a hypothesis needs no further trials: proved either way, or every change worth the gate is excluded. */
export function isDecided(judgement: MetricVerdict): boolean {
  return judgement.changed || judgement.verdict === 'UNCHANGED';
}

/** Whether further trials of a hypothesis can help: it is open, and its metric is measured at all. */
export function wantsTrials(judgement: MetricVerdict): boolean {
  return !isDecided(judgement) && judgement.reason !== 'no-values';
}
