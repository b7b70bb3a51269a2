import type { Sample } from '../samples/sample.ts';
import { compareScalars } from '../samples/value.ts';
import type { FisherTest } from './fisher.ts';
import type { RankTest } from './rank-test.ts';

/** The test that the verdict rests on. */
export interface HeadlineTest {
  name:
    | 'exact rank-sum'
    | 'normal rank-sum'
    | 'permutation rank-sum'
    | 'Fisher on P(nonzero)'
    | 'exact equality';
  statistic: { name: string; value: number };
  /** Two-sided, before any correction; undefined for exact equality, which needs no test. */
  p: number | undefined;
  /** The smallest p that these pooled values could give. */
  minimumAttainableP: number | undefined;
  /** Sign of candidate minus base as the test sees it. */
  direction: -1 | 0 | 1;
}

/** Equality of two constant samples. */
export function equalityTest(base: Sample, candidate: Sample): HeadlineTest {
  const direction = compareScalars(candidate.ordered[0]!, base.ordered[0]!);
  return {
    name: 'exact equality',
    statistic: { name: 'equal', value: direction === 0 ? 1 : 0 },
    p: undefined,
    minimumAttainableP: undefined,
    direction,
  };
}

/** What of the rates the headline shows. */
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
