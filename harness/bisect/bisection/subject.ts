import { UsageError } from '../../errors.ts';
import { judgedMetrics } from '../../judgement/definition.ts';
import { comparisonGroup } from '../../matrix/comparison-group.ts';
import type { Cell, Matrix } from '../../matrix/matrix.ts';
import { suggest } from '../../matrix/source/nearest.ts';
import type { WorkloadDefinition } from '../../matrix/workload/workload.ts';
import type { Metric } from '../../measurement/metric.ts';
import { filterCells } from '../../plan/filter.ts';
import type { Direction } from '../search/ends.ts';

/**
 * The cells to bisect: those selected by the filters. Cells that only differ in their kernel count as one, because the
 * commits replace the kernel.
 * @param most maximum number of cells
 * @throws UsageError BISECT_CELL, FILTER_INVALID; FILTER_SELECTS_NOTHING
 */
export function chooseCells(matrix: Matrix, filters: readonly string[], most: number): Cells {
  const cells = new Map(
    filterCells(matrix, filters).map(cell => [comparisonGroup(cell.settings, 'kernel'), cell]),
  );
  const [cell, ...others] = cells.values();
  if (cell !== undefined && others.length < most) return [cell, ...others];
  const labels = [...cells.values()].map(({ label }) => label);
  throw new UsageError('BISECT_CELL', `${matrix.name} leaves ${labels.length} cells to bisect`, {
    hint:
      `Choose ${most === 1 ? 'one' : `up to ${most}`} with --filter: ` +
      `${labels.slice(0, 6).join('; ')}${labels.length > 6 ? '; …' : ''}`,
  });
}

/** The cells in which commits are booted; at least one. */
export type Cells = readonly [Cell, ...Cell[]];

/** The metric, and the direction of the bad end. */
export interface BisectedMetric {
  metric: Metric;
  worse: Direction;
}

/**
 * Finds a metric by name. The bisection searches for a change for the worse, or for the better with `fixed`.
 * @param workloads the workloads of the cells, which must all measure it
 * @param given the bad direction of a metric that does not declare one
 * @throws UsageError BISECT_METRIC
 */
export function chooseMetric(
  name: string,
  workloads: readonly WorkloadDefinition[],
  { fixed, given }: { fixed: boolean; given?: Direction | undefined },
): BisectedMetric {
  const known = workloads.map(workload => judgedMetrics({ [workload.name]: workload.metrics }));
  const [metric] = known.map(metrics => metrics.get(name));
  const without = known.find(metrics => !metrics.has(name));
  if (metric === undefined || without !== undefined)
    throw new UsageError('BISECT_METRIC', `there is no metric ${JSON.stringify(name)}`, {
      hint: suggest(name, [...(without?.keys() ?? [])]),
    });
  const bad = given ?? (metric.worse === 'none' ? undefined : metric.worse);
  if (bad === undefined)
    throw new UsageError('BISECT_METRIC', `nothing says which direction of ${name} is worse`, {
      hint: 'Use --worse higher or --worse lower.',
    });
  const opposite = bad === 'higher' ? 'lower' : 'higher';
  return { metric, worse: fixed ? opposite : bad };
}
