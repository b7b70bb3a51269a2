import { failedBoots } from '../../judgement/side.ts';
import type { MetricUnit } from '../../measurement/metric.ts';
import type { Effect } from '../../statistics/effects/effect.ts';
import type { JudgedMetric } from '../../statistics/verdicts/metric-verdict.ts';
import { centresOf } from '../text/comparison-table.ts';
import type { Scale } from '../text/quantity.ts';
import { commitScale, decimalsOf, supportedScale } from './number.ts';

/** How the numbers of a row are written. */
export interface RowDigits {
  /** Of before and after. */
  scale: Scale;
  /** Decimals of the change and its interval; undefined where no interval supports any. */
  change: number | undefined;
}

/** What a change is written in. */
export interface ChangeUnit {
  divisor: number;
  unit: 'pp' | '%' | '';
}

/** Below this share of the unit of a column, a value would hardly be seen in it. */
const leastShare = 0.1;

/** The digits of one row, as its own interval supports them. */
export function rowDigits(judged: JudgedMetric): RowDigits {
  const { effect } = judged.result.comparison;
  const values = centresOf(judged);
  const scale = supportedScale(
    commitScale(judged.definition.unit as MetricUnit, values),
    values,
    effect && isSupported(effect) ? halfWidth(effect) : undefined,
  );
  if (!effect || !isSupported(effect)) return { scale, change: undefined };
  return { scale, change: decimalsOf(halfWidth(effect) / changeUnit(judged, effect, scale).divisor) };
}

/**
 * The same digits for all rows of a column, one metric in several pairs: those that every interval supports, two figures of the
 * greatest value at least. Undefined where sizes grow from KiB to GiB, and one unit would hide the small ones.
 */
export function columnDigits(column: readonly JudgedMetric[]): RowDigits | undefined {
  const [first] = column;
  if (first === undefined) return undefined;
  const values = column.flatMap(centresOf);
  const { unit, divisor } = commitScale(first.definition.unit as MetricUnit, values);
  const sizes = values.map(value => Math.abs(value) / divisor).filter(size => size > 0);
  if (divisor > 1 && sizes.some(size => size < leastShare)) return undefined;
  const rows = column.map(rowDigits);
  const decimals = rows.flatMap(({ scale }) =>
    scale.decimals === 'auto' ? [] : Math.max(0, scale.decimals + Math.log10(divisor / scale.divisor)),
  );
  const changes = rows.flatMap(({ change }) => change ?? []);
  return {
    scale: {
      unit,
      divisor,
      decimals:
        decimals.length === 0
          ? 'auto'
          : Math.max(Math.floor(Math.min(...decimals)), decimalsOf(Math.max(...sizes, 0.01) / 10)),
    },
    change: changes.length === 0 ? undefined : Math.min(...changes),
  };
}

/** In percent of the base; of boots that failed the difference of both shares; else in the unit of the row. */
export function changeUnit({ definition }: JudgedMetric, effect: Effect, scale: Scale): ChangeUnit {
  if (definition.name === failedBoots) return { divisor: 0.01, unit: 'pp' };
  if (effect.fraction === undefined) return { divisor: scale.divisor, unit: '' };
  return { divisor: Math.abs(effect.centre) / 100, unit: '%' };
}

/** Whether the interval has a level: for two values or constant ones it is a meaningless point. */
export function isSupported({ interval }: Effect): boolean {
  return interval.confidence >= 0.5 && interval.high > interval.low;
}

function halfWidth({ interval }: Effect): number {
  return (interval.high - interval.low) / 2;
}
