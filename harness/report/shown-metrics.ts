import type { RunComparison } from '../judgement/judgement.ts';
import type { CellPair } from '../judgement/pairing.ts';
import type { JudgedMetric } from '../statistics/verdicts/metric-verdict.ts';

/** The metrics of a pair to show: all, or the measured headlines and the secondary metrics of those that changed. */
export function shownMetrics(metrics: readonly JudgedMetric[], all: boolean): readonly JudgedMetric[] {
  return all ? metrics : metrics.filter(metric => isShown(metric, metrics));
}

/** The headlines of a comparison with a proved change, each with its pair. */
export function changedHeadlines({ judgement }: RunComparison): { pair: CellPair; metric: JudgedMetric }[] {
  return judgement.pairs.flatMap(({ pair, metrics }) =>
    metrics
      .filter(({ definition, result }) => definition.headline && result.changed)
      .map(metric => ({ pair, metric })),
  );
}

/** Whether it is a proved change, a qualified change, or a change of the spread but not the level. */
export function hasNews({ result }: JudgedMetric): boolean {
  return result.changed || result.reason === 'spread' || result.reason === 'qualified';
}

function isShown({ definition, result }: JudgedMetric, all: readonly JudgedMetric[]): boolean {
  const measured = result.comparison.base.n + result.comparison.candidate.n > 0;
  if (definition.headline || !measured) return measured;
  return all.some(
    other =>
      other.definition.headline && other.definition.family === definition.family && other.result.changed,
  );
}
