import type { Sample } from '../samples/sample.ts';
import { compareScalars } from '../samples/value.ts';
import type { FisherTest } from './fisher.ts';
import type { RankTest } from './rank-test.ts';

/** The test behind the verdict. */
export interface HeadlineTest {
  name:
    | 'exact rank-sum'
    | 'normal rank-sum'
    | 'permutation rank-sum'
    | 'Fisher on P(nonzero)'
    | 'exact equality';
  statistic: { name: string; value: number };
  /** Two-sided, before any correction; undefined if all values are exactly equal. */
  p: number | undefined;
  /** The smallest p that these pooled values could give. */
  minimumAttainableP: number | undefined;
  /** Sign of candidate minus base as the test sees it. */
  direction: -1 | 0 | 1;
}

/**
 * Tests two constant samples for equality. A metric declared deterministic may still deviate in some boots. The p-value
 * bounds the probability that all base boots agree on one value and all candidate boots on another by chance alone.
 */
export function equalityTest(base: Sample, candidate: Sample): HeadlineTest {
  const [left, right] = [base.ordered[0] ?? 0, candidate.ordered[0] ?? 0];
  const direction = compareScalars(right, left);
  const least = separationP(base.ordered.length, candidate.ordered.length);
  return {
    name: 'exact equality',
    statistic: { name: 'equal', value: direction === 0 ? 1 : 0 },
    p: direction === 0 ? undefined : least,
    minimumAttainableP: least,
    direction,
  };
}

/**
 * The largest probability, over all distributions that both sides may share, that each side agrees on a value of its own:
 * with two values of shares q and 1 - q it is q^n (1 - q)^m + (1 - q)^n q^m, and further values only make it rarer.
 * Exact for equal sizes (2 / 4^n at q = 1/2), otherwise never too small.
 */
export function separationP(base: number, candidate: number): number {
  const total = base + candidate;
  return Math.min(1, 2 * (base / total) ** base * (candidate / total) ** candidate);
}

/** The parts of the rates that the headline shows. */
export interface FisherRates {
  candidate: { events: number };
  difference: { estimate: number };
}

/** Fisher's test of the rates as the headline. */
export function rateHeadline(fisher: FisherTest, { candidate, difference }: FisherRates): HeadlineTest {
  return {
    name: 'Fisher on P(nonzero)',
    statistic: { name: 'candidate events', value: candidate.events },
    p: fisher.twoSided,
    minimumAttainableP: fisher.leastTwoSided,
    direction: Math.sign(difference.estimate) as -1 | 0 | 1,
  };
}

/** The rank test as the headline. */
export function rankHeadline(ranks: RankTest, superiority: number): HeadlineTest {
  return {
    name: `${ranks.method} rank-sum`,
    statistic: { name: 'U', value: ranks.u },
    p: ranks.twoSided,
    minimumAttainableP: ranks.leastTwoSided,
    direction: Math.sign(superiority - 0.5) as -1 | 0 | 1,
  };
}
