import { scaleLinear, scaleLog } from 'd3-scale';
import { extent } from 'simple-statistics';
import type { MetricUnit } from '../../measurement/metric.ts';
import { chooseScale, formatValue, type Scale } from '../text/quantity.ts';

/** Where values stand on an axis. */
export interface ValueScale {
  /** A place in the range of the axis. */
  place(value: number): number;
  ticks: { at: number; text: string }[];
  /** Whether equal ratios are equal distances. */
  isLog: boolean;
  /** A value with the unit of the axis. */
  text(value: number | bigint): string;
}

/** From this ratio of the greatest to the least value on, a log scale shows more. */
const logRatio = 50;
/** About so many figures fit beside an axis on a narrow page. */
const wantedTicks = 4;

/**
 * A scale that holds all values: logarithmic where they are positive and differ by magnitudes, else linear. Where there is
 * one value only, it stands in the middle.
 * @param range the places of both ends of the axis
 * @param zero whether a linear axis begins at zero
 */
export function valueScale(
  unit: MetricUnit,
  values: readonly number[],
  range: readonly [number, number],
  { zero = false } = {},
): ValueScale {
  const finite = values.filter(Number.isFinite);
  const [least, most] = finite.length > 0 ? extent(finite) : [0, 0];
  const scale = chooseScale(unit, [least, most]);
  const [low, high] = [least / scale.divisor, most / scale.divisor];
  const isLog = low > 0 && high / low >= logRatio;
  const axis = (isLog ? scaleLog() : scaleLinear())
    .domain([zero && !isLog ? Math.min(0, low) : low, high])
    .range(range);
  const format = axis.tickFormat(wantedTicks, 'f');
  return {
    place: value => axis(value / scale.divisor),
    ticks: axis
      .ticks(wantedTicks)
      .map(tick => ({ at: axis(tick), text: format(tick) }))
      // A log scale leaves out the figures that would not fit.
      .filter(({ text }) => text !== '')
      .map(({ at, text }) => ({ at, text: withUnit(text, scale) })),
    isLog,
    text: value => withUnit(formatValue(value, scale), scale),
  };
}

function withUnit(text: string, { unit }: Scale): string {
  return unit === '' || unit === '/s' ? `${text}${unit}` : `${text} ${unit}`;
}
