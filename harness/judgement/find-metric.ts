import { UsageError } from '../errors.ts';
import { suggest } from '../matrix/nearest.ts';
import type { JudgedMetric } from '../statistics/judged-cell.ts';
import type { Judgement } from './judgement.ts';

/**
 * One metric of one pair, for `--why`. A pair is named as in the report, by the id of either cell, or by a part of its
 * name that only one pair has; with one pair it need not be named.
 * @throws UsageError WHY_METRIC, WHY_CELL
 */
export function findJudged(judgement: Judgement, metric: string, cell: string | undefined): JudgedMetric {
  const names = judgement.pairs.map(({ pair }) => pair.name);
  const matching = judgement.pairs.filter(({ pair }) => cell === undefined || pair.name === cell);
  const loose = judgement.pairs.filter(
    ({ pair }) =>
      cell !== undefined && (pair.base.id === cell || pair.candidate.id === cell || pair.name.includes(cell)),
  );
  const [found, ...others] = matching.length > 0 ? matching : loose;
  if (found === undefined || others.length > 0) {
    throw new UsageError(
      'WHY_CELL',
      found === undefined ? `there is no pair ${JSON.stringify(cell)}` : '--why needs the name of one pair',
      { hint: suggest(cell ?? '', names) },
    );
  }
  const judged = found.metrics.find(({ definition }) => definition.name === metric);
  if (judged) return judged;
  const known = found.metrics.map(({ definition }) => definition.name);
  throw new UsageError('WHY_METRIC', `there is no metric ${JSON.stringify(metric)} in this comparison`, {
    hint: suggest(metric, known),
  });
}
