import type { ExportOptions } from '../export-options.ts';
import { paragraph, plainText } from './mail-text.ts';
import { centreOf, type MetricRow, metricColumn } from './metric-row.ts';
import { withUnit } from './number.ts';
import type { PairRows } from './pair-rows.ts';
import { barPlot } from './plot.ts';
import { type ScalingGroup, scalingMetrics } from './scaling.ts';
import { modstormTable, scalingTable } from './styles/modstorm.ts';

/** Blocks of a commit message, and the rows in them. */
export interface Tables {
  blocks: string[][];
  rows: MetricRow[];
}

interface Point {
  value: string;
  row: MetricRow;
}

/**
 * For each group, one table per metric that changed anywhere along the axis, with one row per value of the axis; then one
 * table of the metrics that did not change, at the end of the axis: the costs.
 */
export function scalingBlocks(groups: readonly ScalingGroup[], options: ExportOptions): Tables {
  const parts = groups.flatMap(group => {
    const tabled = scalingMetrics(group);
    const name = group.name === '' ? [] : [paragraph(plainText(group.name, 200))];
    return [
      { blocks: name, rows: [] },
      ...tabled.map(metric => metricBlocks(group, metric, options.plot === true)),
      ...(options.all ? group.points : group.points.slice(-1)).map(point =>
        costBlocks(group.axis, point, costsOf(point.rows, tabled, options.all === true)),
      ),
    ];
  });
  return { blocks: parts.flatMap(({ blocks }) => blocks), rows: parts.flatMap(({ rows }) => rows) };
}

function metricBlocks(group: ScalingGroup, metric: string, plot: boolean): Tables {
  const points = pointsOf(group, metric);
  const axis = plainText(group.axis, 20);
  const [first] = points;
  const mixed = points.some(({ row }) => row.unit !== first?.row.unit);
  // Where sizes grow from KiB to GiB, one unit would hide the small ones: each value has its own.
  const shown = mixed ? points.map(({ value, row }) => ({ value, row: ownUnit(row) })) : points;
  const title =
    first && (mixed ? first.row.title.slice(0, -first.row.unit.length).trimEnd() : first.row.title);
  const blocks = [[title ?? metric, ...scalingTable(axis, shown)]];
  if (plot) blocks.push(bars(axis, points));
  return { blocks, rows: points.map(({ row }) => row) };
}

/** The values with their unit behind, where they are measured and not zero. */
function ownUnit(row: MetricRow): MetricRow {
  const text = (value: string) => (/^[<\d]/.test(value) && value !== '0' ? `${value} ${row.unit}` : value);
  return { ...row, before: text(row.before), after: text(row.after) };
}

function costBlocks(
  name: string,
  { value, rows }: ScalingGroup['points'][number],
  costs: MetricRow[],
): Tables {
  if (costs.length === 0) return { blocks: [], rows: [] };
  const axis = plainText(name, 20);
  const head = `costs at ${axis}=${value}, no change proved at any ${axis}:`;
  return { blocks: [[head, ...modstormTable({ ...rows, changed: [], costs })]], rows: costs };
}

/** The metrics without their own table: headlines, or all. */
function costsOf({ changed, costs }: PairRows, tabled: readonly string[], all: boolean): MetricRow[] {
  return [...changed, ...costs].filter(
    ({ judged: { definition } }) => !tabled.includes(definition.name) && (all || definition.headline),
  );
}

function pointsOf({ points }: ScalingGroup, metric: string): Point[] {
  const found = points.flatMap(({ value, rows }) => {
    const row = [...rows.changed, ...rows.costs].find(({ judged }) => judged.definition.name === metric);
    return row ? [{ value: String(value), judged: row.judged }] : [];
  });
  const column = metricColumn(found.map(({ judged }) => judged));
  return found.flatMap(({ value }, index) => {
    const row = column[index];
    return row ? [{ value, row }] : [];
  });
}

function bars(axis: string, points: readonly Point[]): string[] {
  return barPlot(
    points.flatMap(({ value, row }) => {
      const { base, candidate } = row.judged.result.comparison;
      return (
        [
          ['before', base],
          ['after ', candidate],
        ] as const
      ).flatMap(([side, summary]) => {
        const centre = centreOf(row.judged, summary);
        if (centre === undefined) return [];
        return {
          label: `${axis}=${value} ${side}`,
          value: Math.max(0, Number(centre)),
          text: withUnit(centre, row.scale),
        };
      });
    }),
  );
}
