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
 * The one cell that is bisected: the cells that the filters leave may differ in their kernel only, which the commits replace.
 * @throws UsageError BISECT_CELL, FILTER_INVALID; FILTER_SELECTS_NOTHING
 */
export function chooseCell(matrix: Matrix, filters: readonly string[]): Cell {
  const cells = new Map(
    filterCells(matrix, filters).map(cell => [comparisonGroup(cell.settings, 'kernel'), cell]),
  );
  const [cell, ...others] = cells.values();
  if (cell !== undefined && others.length === 0) return cell;
  const labels = [...cells.values()].map(({ label }) => label);
  throw new UsageError('BISECT_CELL', `${matrix.name} leaves ${labels.length} cells to bisect`, {
    hint: `Choose one with --filter: ${labels.slice(0, 6).join('; ')}${labels.length > 6 ? '; …' : ''}`,
  });
}

/** What is bisected, and which way the bad end lies. */
export interface BisectedMetric {
  metric: Metric;
  worse: Direction;
}

/**
 * The metric by its name. What is looked for is a change for the worse, or with `fixed` one for the better.
 * @param given the bad direction of a metric that has none of its own
 * @throws UsageError BISECT_METRIC
 */
export function chooseMetric(
  name: string,
  workload: WorkloadDefinition,
  { fixed, given }: { fixed: boolean; given?: Direction | undefined },
): BisectedMetric {
  const metrics = judgedMetrics({ [workload.name]: workload.metrics });
  const metric = metrics.get(name);
  if (metric === undefined)
    throw new UsageError('BISECT_METRIC', `there is no metric ${JSON.stringify(name)}`, {
      hint: suggest(name, [...metrics.keys()]),
    });
  const bad = given ?? (metric.worse === 'none' ? undefined : metric.worse);
  if (bad === undefined)
    throw new UsageError('BISECT_METRIC', `nothing says which direction of ${name} is worse`, {
      hint: 'Use --worse higher or --worse lower.',
    });
  const opposite = bad === 'higher' ? 'lower' : 'higher';
  return { metric, worse: fixed ? opposite : bad };
}
