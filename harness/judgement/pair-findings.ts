import type { StatisticalFinding } from '../statistics/samples/metric.ts';
import type { JudgedPair, Judgement } from './judgement.ts';

/** Adds to the findings of each pair what a check says about it. */
export function withFindings(
  judgement: Judgement,
  check: (judged: JudgedPair) => readonly StatisticalFinding[],
): Judgement {
  return {
    ...judgement,
    pairs: judgement.pairs.map(judged => ({ ...judged, findings: [...judged.findings, ...check(judged)] })),
  };
}
