import type { JudgedMetric } from '../statistics/verdicts/metric-verdict.ts';

/** The metrics of a pair that a reader is shown: all, or headlines that any side measured and what lies under one that changed. */
export function shownMetrics(metrics: readonly JudgedMetric[], all: boolean): readonly JudgedMetric[] {
  return all ? metrics : metrics.filter(metric => isShown(metric, metrics));
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
