import { failedBoots } from '../../judgement/side.ts';
import type { MetricUnit } from '../../measurement/metric.ts';
import { type Effect, shownInterval } from '../../statistics/effects/effect.ts';
import type { Interval } from '../../statistics/effects/interval.ts';
import type { Summary } from '../../statistics/samples/descriptive.ts';
import type { Scalar } from '../../statistics/samples/value.ts';
import { formatP } from '../../statistics/verdicts/format.ts';
import type { JudgedMetric } from '../../statistics/verdicts/metric-verdict.ts';
import { centresOf, changedMark, markOf, titleIn, verdictMarks } from '../text/comparison-table.ts';
import { formatValue, type Scale } from '../text/quantity.ts';
import { plainText, unbroken } from './mail-text.ts';
import { commitScale, decimalsOf, signed, supportedScale } from './number.ts';

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

/** A judged metric as a row. */
export function metricRow(judged: JudgedMetric): MetricRow {
  const { definition, result } = judged;
  const { base, candidate, effect } = result.comparison;
  const scale = scaleOf(judged);
  const title = plainText(titleIn(scale, definition), 32);
  const { change, interval } = effect
    ? changeTexts(effect, shownInterval(effect, base, candidate), scale, definition.name === failedBoots)
    : { change: '-', interval: '' };
  return {
    judged,
    title,
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

function scaleOf(judged: JudgedMetric): Scale {
  const { effect } = judged.result.comparison;
  const values = centresOf(judged);
  return supportedScale(
    commitScale(judged.definition.unit as MetricUnit, values),
    values,
    effect && isSupported(effect) ? (effect.interval.high - effect.interval.low) / 2 : undefined,
  );
}

/** Whether the interval has a level: for two values or constant ones it is a meaningless point. */
export function isSupported({ interval }: Effect): boolean {
  return interval.confidence >= 0.5 && interval.high > interval.low;
}

function sideText(judged: JudgedMetric, side: Summary, scale: Scale): string {
  const centre = centreOf(judged, side);
  if (centre === undefined || side.mean === undefined) return 'none';
  if (judged.definition.name === failedBoots) return `${Math.round(side.mean * side.n)} of ${side.n}`;
  return formatValue(centre, scale);
}

/** The change and its interval in one unit, with the digits that the interval supports. */
function changeTexts(
  effect: Effect,
  shown: Interval,
  scale: Scale,
  isShare: boolean,
): { change: string; interval: string } {
  const { interval } = effect;
  const percent = effect.fraction !== undefined && !isShare;
  const divisor = isShare ? 0.01 : percent ? Math.abs(effect.centre) / 100 : scale.divisor;
  const unit = isShare ? 'pp' : percent ? '%' : '';
  const supported = isSupported(effect);
  const text = (value: number) => {
    if (supported) return signed(value / divisor, decimalsOf((interval.high - interval.low) / 2 / divisor));
    return signed(value / divisor, Number.isInteger(value / divisor) ? 0 : percent ? 1 : 2);
  };
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
