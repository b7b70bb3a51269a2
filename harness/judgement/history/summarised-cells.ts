import { hasValues, summarise } from '../../statistics/samples/descriptive.ts';
import { makeSample } from '../../statistics/samples/sample.ts';
import type { MetricLevel, SummarisedCell } from '../../store/run-summary.ts';
import { type SampleValue, storeValue } from '../../store/sample.ts';
import type { Side, SideCell } from '../side.ts';

/** What a history keeps of the cells of a run: their levels, without the boots. Pure. */
export function summariseCells({ cells }: Side): SummarisedCell[] {
  return cells.map(summariseCell);
}

function summariseCell({ id, label, settings, design, kernel, facts, values }: SideCell): SummarisedCell {
  const cell: SummarisedCell = { id, label, settings, design, levels: {} };
  if (kernel !== undefined) cell.kernel = kernel;
  if (facts !== undefined) cell.facts = facts;
  for (const [name, list] of values) {
    const level = levelOf(list);
    if (level !== undefined) cell.levels[name] = level;
  }
  return cell;
}

function levelOf(values: readonly SampleValue[]): MetricLevel | undefined {
  const summary = summarise(makeSample(values));
  if (!hasValues(summary)) return undefined;
  const { n, least, greatest, mean, median } = summary;
  return { n, least: storeValue(least), greatest: storeValue(greatest), mean, median };
}
