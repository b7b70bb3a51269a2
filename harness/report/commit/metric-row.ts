import { failedBoots } from '../../judgement/side.ts';
import { type Effect, shownInterval } from '../../statistics/effects/effect.ts';
import type { Summary } from '../../statistics/samples/descriptive.ts';
import type { Scalar } from '../../statistics/samples/value.ts';
import { formatP } from '../../statistics/verdicts/format.ts';
import type { JudgedMetric } from '../../statistics/verdicts/metric-verdict.ts';
import { changedMark, markOf, titleIn, verdictMarks } from '../text/comparison-table.ts';
import { formatValue, type Scale } from '../text/quantity.ts';
import { plainText, unbroken } from './mail-text.ts';
import { signed } from './number.ts';
import { changeUnit, columnDigits, isSupported, type RowDigits, rowDigits } from './row-digits.ts';

/** One metric of a pair as texts for a commit message, used by all styles. */
export interface MetricRow {
  judged: JudgedMetric;
  /** `wasted` with its unit, `wasted MiB`. */
  title: string;
  unit: string;
  before: string;
  after: string;
  /** In percent, or in the unit if the base is zero; `-` if a side is empty. */
  change: string;
  /** Of the change; empty if there is none. */
  interval: string;
  /** Adjusted for the family; `-` if no test applies. */
  p: string;
  mark: string;
  /** The scale of before and after, for styles with further figures. */
  scale: Scale;
}

/** A judged metric as a row, with the digits that its own interval supports. */
export function metricRow(judged: JudgedMetric): MetricRow {
  return rowWith(judged, rowDigits(judged));
}

/** One metric of several pairs as rows of one column: in one unit and with the same digits, if that hides none of them. */
export function metricColumn(column: readonly JudgedMetric[]): MetricRow[] {
  const digits = columnDigits(column);
  return column.map(judged => rowWith(judged, digits ?? rowDigits(judged)));
}

function rowWith(judged: JudgedMetric, digits: RowDigits): MetricRow {
  const { definition, result } = judged;
  const { base, candidate, effect } = result.comparison;
  const { scale } = digits;
  const { change, interval } = effect ? changeTexts(judged, effect, digits) : { change: '-', interval: '' };
  return {
    judged,
    title: plainText(titleIn(scale, definition), 32),
    unit: scale.unit,
    before: sideText(judged, base, scale),
    after: sideText(judged, candidate, scale),
    change,
    interval,
    p: adjustedText(result.adjusted),
    mark: markOf(judged),
    scale,
  };
}

/** The representative value of a side: the median of times, the mean of counts, or the value itself if it never varies. */
export function centreOf({ result }: JudgedMetric, side: Summary): Scalar | undefined {
  if (side.least !== undefined && side.least === side.greatest) return side.least;
  return result.comparison.testedAs === 'time' ? side.median : side.mean;
}

function sideText(judged: JudgedMetric, side: Summary, scale: Scale): string {
  const centre = centreOf(judged, side);
  if (centre === undefined || side.mean === undefined) return 'none';
  if (judged.definition.name === failedBoots) return `${Math.round(side.mean * side.n)} of ${side.n}`;
  return formatValue(centre, scale);
}

/** The change and its interval in one unit, with the digits that the interval supports. */
function changeTexts(
  judged: JudgedMetric,
  effect: Effect,
  { scale, change }: RowDigits,
): { change: string; interval: string } {
  const { base, candidate } = judged.result.comparison;
  const { divisor, unit } = changeUnit(judged, effect, scale);
  const supported = isSupported(effect);
  const text = (value: number) => {
    if (supported && change !== undefined) return signed(value / divisor, change);
    return signed(value / divisor, Number.isInteger(value / divisor) ? 0 : unit === '%' ? 1 : 2);
  };
  const shown = shownInterval(effect, base, candidate);
  return {
    change: `${text(effect.estimate)}${effect.estimate === 0 ? '' : unit}`,
    interval: supported ? `[${text(shown.low)}, ${text(shown.high)}]${unit}` : '',
  };
}

function adjustedText(adjusted: number | undefined): string {
  if (adjusted === undefined) return '-';
  return adjusted < 1e-4 ? '<.0001' : formatP(adjusted);
}

const markMeanings: Readonly<Record<string, string>> = {
  [verdictMarks.REGRESSED]: 'worse',
  [verdictMarks.IMPROVED]: 'better',
  [changedMark]: 'changed, not proved better or worse',
  [verdictMarks.UNCHANGED]: 'a change that counts is excluded',
  [verdictMarks.INCONCLUSIVE]: 'not decided',
  [verdictMarks.NOT_ENOUGH]: 'too few boots to decide',
};

/** The meaning of the marks of some rows: `* worse, = a change that counts is excluded`. */
export function markLegend(rows: readonly MetricRow[]): string {
  const used = new Set(rows.map(({ mark }) => mark));
  return Object.entries(markMeanings)
    .filter(([mark]) => used.has(mark))
    .map(([mark, meaning]) => `${mark} ${meaning}`.replaceAll(' ', unbroken))
    .join(', ');
}
