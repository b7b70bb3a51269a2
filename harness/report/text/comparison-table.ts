import { escapeText } from '../../escape.ts';
import { failedBoots } from '../../judgement/side.ts';
import type { MetricUnit } from '../../measurement/metric.ts';
import type { Summary } from '../../statistics/samples/descriptive.ts';
import type { Scalar } from '../../statistics/samples/value.ts';
import { formatP } from '../../statistics/verdicts/format.ts';
import type { JudgedMetric, Verdict } from '../../statistics/verdicts/metric-verdict.ts';
import { chooseScale, formatValue, type Scale } from './quantity.ts';
import { rowTable, type TableRow } from './row-table.ts';
import type { Column } from './table.ts';

/** The mark after a change, for each verdict. */
export const verdictMarks: Readonly<Record<Verdict, string>> = {
  REGRESSED: '*',
  IMPROVED: '+',
  UNCHANGED: '=',
  INCONCLUSIVE: '~',
  NOT_ENOUGH: '?',
};

/** A proved change that is neither better nor worse. A gate treats it as INCONCLUSIVE. */
export const changedMark = '!';

/** Mark of a metric's verdict. */
export function markOf({ result }: JudgedMetric): string {
  const neither = result.reason === 'proved-without-direction' || result.reason === 'qualified';
  return neither ? changedMark : verdictMarks[result.verdict];
}

/** The key to the marks, in lines of at most 72 columns. */
export const markKey: readonly string[] = [
  '* REGRESSED  + IMPROVED  ! changed, not proved better or worse',
  '= UNCHANGED  ~ INCONCLUSIVE  ? NOT_ENOUGH  p.adj: corrected p',
];

/**
 * A table of metrics in plain ASCII, fit for a commit message: value on both sides, change, corrected p. Metrics below a
 * headline are indented.
 */
export function renderMetricTable(metrics: readonly JudgedMetric[], width?: number): string[] {
  const { base, candidate } = commonSizes(metrics);
  const columns: Column[] = [
    { head: [`base (n=${base})`], align: 'left' },
    { head: [`new (n=${candidate})`], align: 'left' },
    { head: ['change'], align: 'left' },
    { head: ['p.adj'], align: 'left' },
  ];
  const rows = metrics.map(metric => metricRow(metric, base, candidate));
  const room = width === undefined ? width : width - indent.length;
  return rowTable('metric', columns, rows, room).lines.map(line => `${indent}${line}`);
}

const indent = '  ';

function metricRow(judged: JudgedMetric, base: number, candidate: number): TableRow {
  const { definition, result } = judged;
  const { comparison } = result;
  const scale = rowScale(judged);
  const title = escapeText(titleIn(scale, definition), { length: 24 });
  const other = (n: number, usual: number) => (n === usual || n === 0 ? '' : ` n=${n}`);
  return {
    label: `${definition.headline ? '' : ' '}${title}`,
    values: [
      formatSide(judged, comparison.base, scale) + other(comparison.base.n, base),
      formatSide(judged, comparison.candidate, scale) + other(comparison.candidate.n, candidate),
      `${formatChange(judged, scale)} ${markOf(judged)}`,
      adjustedText(judged),
    ],
  };
}

function adjustedText({ result }: JudgedMetric): string {
  if (result.adjusted === undefined) return '-';
  return result.adjusted < 0.001 ? '<.001' : formatP(result.adjusted);
}

/** The most common number of values per row, on each side. */
export function commonSizes(metrics: readonly JudgedMetric[]): { base: number; candidate: number } {
  const most = (sizes: number[]) => {
    const counts = new Map<number, number>();
    for (const size of sizes.filter(size => size > 0)) counts.set(size, (counts.get(size) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 0;
  };
  return {
    base: most(metrics.map(({ result }) => result.comparison.base.n)),
    candidate: most(metrics.map(({ result }) => result.comparison.candidate.n)),
  };
}

/** The name of a metric with the unit of its values: `wasted MiB`. */
export function titleIn({ unit }: Scale, { name }: JudgedMetric['definition']): string {
  const words = name.replace(/_(?:ns|bytes)$/, '').replaceAll('_', ' ');
  // `loads per second` has its unit already.
  return unit === '' || (unit === '/s' && words.endsWith('per second')) ? words : `${words} ${unit}`;
}

function rowScale(judged: JudgedMetric): Scale {
  return chooseScale(judged.definition.unit as MetricUnit, centresOf(judged));
}

/** The medians and means of both sides, by which a row is scaled. */
export function centresOf({ result }: JudgedMetric): number[] {
  const { base, candidate } = result.comparison;
  return [base.median, candidate.median, base.mean, candidate.mean].filter(value => value !== undefined);
}

/** `23.99 +/-1%` for times and values that hardly vary, `83 [71..96]` for counts, one value if nothing varies. */
function formatSide({ definition, result }: JudgedMetric, side: Summary, scale: Scale): string {
  const { n, least, greatest, mean, median, deviation } = side;
  if (least === undefined || greatest === undefined || mean === undefined || median === undefined)
    return 'none';
  if (definition.name === failedBoots) return `${Math.round(mean * n)} of ${n}`;
  if (least === greatest) return formatValue(least, scale);
  const time = result.comparison.testedAs === 'time';
  const centre = time ? median : mean;
  const narrow = Number(greatest) - Number(least) < narrowRange * Math.abs(centre);
  if (deviation !== undefined && centre !== 0 && (time || (narrow && scale.decimals !== 'auto'))) {
    return `${formatValue(centre, scale)} +/-${Math.round((deviation / Math.abs(centre)) * 100)}%`;
  }
  if (time) return formatValue(centre, scale);
  const coarse = coarser(scale);
  return `${short(centre, scale)} [${short(least, coarse)}..${short(greatest, coarse)}]`;
}

/** A range narrower than this share of the mean is shown as a percentage instead. */
const narrowRange = 0.1;

/** The ends of a range need one digit less than the mean. */
function coarser(scale: Scale): Scale {
  return scale.decimals === 'auto' ? scale : { ...scale, decimals: Math.max(0, scale.decimals - 1) };
}

/** A mean of counts needs no decimals once it has three digits. */
function short(value: Scalar, scale: Scale): string {
  if (scale.decimals !== 'auto' || typeof value === 'bigint') return formatValue(value, scale);
  return formatValue(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)), scale);
}

/** A percentage if the base allows a meaningful one, else the absolute change. */
function formatChange({ definition, result }: JudgedMetric, scale: Scale): string {
  const { effect, testedAs } = result.comparison;
  if (effect === undefined) return '-';
  if (effect.estimate === 0) return testedAs === 'deterministic' ? 'exact' : '0';
  const sign = effect.estimate > 0 ? '+' : '-';
  if (effect.fraction === undefined || definition.name === failedBoots) {
    const size =
      definition.name === failedBoots ? `${Math.round(Math.abs(effect.estimate) * 100)}pp` : undefined;
    return `${sign}${size ?? short(Math.abs(effect.estimate), scale)}`;
  }
  const percent = Math.abs(effect.fraction) * 100;
  return `${sign}${percent >= 1000 ? percent.toFixed(0) : percent.toFixed(1)}%`;
}
