import { UsageError } from '../../errors.ts';
import type { SampleValues } from './analysis-request.ts';

/** A look at the data, declared before any data was seen. */
export interface Look {
  /** Counted from 1. */
  index: number;
  /** How many looks were declared. */
  of: number;
  /** Number of trials per side that the look uses, from the first on. */
  trials: number;
  /** The part of alpha that it may spend. */
  spend: number;
}

/**
 * Splits alpha over the looks: the last gets one half, the others share the rest equally (0.05 becomes 0.0125, 0.0125,
 * 0.025). The parts sum to alpha, so the union bound keeps the level under any dependence, ties and discreteness.
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
        hint: 'Write for example `trials: { looks: [8, 12, 20] }`.',
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

/**
 * The level of the intervals at a look. Together, all looks report a change as large as the gate as unchanged with a
 * probability of at most `1 - confidence`: the last look gets half of that, the others share the other half.
 */
export function confidenceAt(look: Look | undefined, confidence: number): number {
  if (look === undefined || look.index === look.of) return confidence;
  return 1 - (1 - confidence) / (look.of - 1);
}

/** The values that a look uses: the first trials of each side; all of them if the number of trials was fixed. */
export function valuesAt({ base, candidate }: SampleValues, look: Look | undefined): SampleValues {
  return { base: base.slice(0, look?.trials), candidate: candidate.slice(0, look?.trials) };
}

/** Trials per side, including those without a value. */
export function trialsPerSide({ base, candidate }: SampleValues): number {
  return Math.min(base.length, candidate.length);
}
