import { normalUpperQuantile } from '../../statistics/distributions/distribution.ts';
import { makeSample, poolRanks, type Sample } from '../../statistics/samples/sample.ts';
import type { Scalar } from '../../statistics/samples/value.ts';
import { oneSidedRankTest } from '../../statistics/tests/rank-test.ts';
import { type Bins, binOf, cutAtQuartiles } from './bins.ts';
import { predictive } from './evidence.ts';
import { mutualInformation } from './information.ts';

/** The direction in which the values of bad commits differ from those of good ones. */
export type Direction = 'higher' | 'lower';

/** The numbers of boots per end at which the ends are compared. */
const endLooks = [10, 20, 40] as const;
/** One-sided level over all looks at the ends; each look spends a third. */
const level = 0.01;
const power = 0.8;

/** Values of the boots of both ends in one cell. */
export interface EndBoots {
  good: readonly Scalar[];
  bad: readonly Scalar[];
}

/** The ends in one cell. */
export interface ComparedEnds {
  /** Exact one-sided p of the rank test for the bad end being worse. */
  p: number;
  /** The information in bits that one boot gives about a commit that is good or bad with even odds. */
  bits: number;
  bins: Bins;
}

/** The result, once there are enough boots. */
interface Judged {
  /** Combined over all cells: the smallest p times the number of cells, at most 1. */
  p: number;
  /** Number of the cell with the smallest p, in which suspicions are confirmed. */
  cell: number;
  cells: readonly ComparedEnds[];
}

/** The result of the boots of both ends. */
export type EndsVerdict =
  | { kind: 'more'; boots: number }
  | ({ kind: 'differ' } & Judged)
  /** Not provably different after the last look; `bootsNeeded` is undefined if the difference has the wrong sign. */
  | ({ kind: 'alike'; bootsNeeded: number | undefined } & Judged);

/**
 * Compares the ends at 10, 20 and 40 boots each in every cell. They differ if the exact one-sided rank test of a cell gives
 * p <= .01/3 at a look, divided by the number of cells, so equal ends pass in at most 1 %. The bins of each cell are
 * derived from the boots of that look.
 */
export function judgeEnds(cells: readonly EndBoots[], direction: Direction): EndsVerdict {
  let verdict: EndsVerdict = { kind: 'more', boots: endLooks[0] };
  const levelOfLook = level / endLooks.length;
  for (const look of endLooks) {
    if (cells.some(({ good, bad }) => good.length < look || bad.length < look))
      return { kind: 'more', boots: look };
    const seen = cells.map(({ good, bad }) => ({ good: good.slice(0, look), bad: bad.slice(0, look) }));
    const judged = judgeCells(seen, direction);
    if (judged.p <= levelOfLook) return { kind: 'differ', ...judged };
    const needed = Math.min(...seen.map(ends => bootsNeeded(ends, direction, levelOfLook / cells.length)));
    verdict = { kind: 'alike', ...judged, bootsNeeded: Number.isFinite(needed) ? needed : undefined };
  }
  return verdict;
}

function judgeCells(seen: readonly EndBoots[], direction: Direction): Judged {
  const cells = seen.map(({ good, bad }) => {
    const bins = cutAtQuartiles([...good, ...bad]);
    return { p: worseP(bad, good, direction), bits: bitsBetween(good, bad, bins), bins };
  });
  const ps = cells.map(({ p }) => p);
  const least = Math.min(...ps);
  return { p: Math.min(1, least * cells.length), cell: ps.indexOf(least), cells };
}

/** Exact one-sided p of the rank test for `suspect` being worse than `other`. */
export function worseP(suspect: readonly Scalar[], other: readonly Scalar[], direction: Direction): number {
  const { greater, less } = oneSidedRankTest(makeSample(suspect), makeSample(other));
  return direction === 'higher' ? greater : less;
}

function bitsBetween(good: readonly Scalar[], bad: readonly Scalar[], bins: Bins): number {
  return mutualInformation([
    { weight: 0.5, outcome: outcomesOf(good, bins) },
    { weight: 0.5, outcome: outcomesOf(bad, bins) },
  ]);
}

function outcomesOf(values: readonly Scalar[], bins: Bins): number[] {
  const found = values.map(value => binOf(bins, value));
  return predictive(Array.from({ length: bins.count }, (_, bin) => found.filter(one => one === bin).length));
}

/**
 * Noether's sample size (1987) for the observed superiority, with the variance reduced by ties; infinite if the
 * difference has the wrong sign.
 */
function bootsNeeded({ good, bad }: EndBoots, direction: Direction, alpha: number): number {
  const [lower, higher] = direction === 'higher' ? [good, bad] : [bad, good];
  const superiority = superiorityOf(makeSample(higher), makeSample(lower));
  if (superiority.share <= 0.5) return Number.POSITIVE_INFINITY;
  const deviations = normalUpperQuantile(alpha) + normalUpperQuantile(1 - power);
  return Math.ceil((deviations ** 2 * superiority.untied) / (6 * (superiority.share - 0.5) ** 2));
}

/** P(first > second) + P(equal) / 2, and the factor by which ties reduce the variance of the rank sum. */
function superiorityOf(first: Sample, second: Sample): { share: number; untied: number } {
  const pooled = poolRanks(first, second);
  const total = pooled.first + pooled.second;
  const u = pooled.doubledRankSum / 2 - (pooled.first * (pooled.first + 1)) / 2;
  let ties = 0;
  for (const size of pooled.groups) ties += size ** 3 - size;
  return { share: u / (pooled.first * pooled.second), untied: 1 - ties / (total ** 3 - total) };
}
