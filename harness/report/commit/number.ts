import type { MetricUnit } from '../../measurement/metric.ts';
import { chooseScale, formatValue, type Scale } from '../text/quantity.ts';

/** Numbers in the style of commit messages: 13.58 GiB, 1411, 26.2 s, 989 million. */

/** The unit and divisor for some values of one metric, without decimals. */
export function commitScale(unit: MetricUnit, values: readonly (number | bigint)[]): Scale {
  if (unit !== 'count') return chooseScale(unit, values);
  const largest = values.reduce<number>((most, value) => Math.max(most, Math.abs(Number(value))), 0);
  if (largest >= 1e10) return { unit: 'billion', divisor: 1e9, decimals: 2 };
  if (largest >= 1e7) return { unit: 'million', divisor: 1e6, decimals: 2 };
  return { unit: '', divisor: 1, decimals: 'auto' };
}

/**
 * A scale with decimals down to the first digit of the uncertainty; without one, with three significant digits of the
 * smallest value, and unchanged integers.
 * @param uncertainty half the width of an interval, in the base unit; undefined or 0 if there is none
 */
export function supportedScale(
  scale: Scale,
  values: readonly (number | bigint)[],
  uncertainty: number | undefined,
): Scale {
  if (uncertainty !== undefined && uncertainty > 0)
    return { ...scale, decimals: decimalsOf(uncertainty / scale.divisor) };
  if (scale.divisor === 1) return scale;
  const sizes = values.map(value => Math.abs(Number(value)) / scale.divisor).filter(size => size > 0);
  const least = sizes.length > 0 ? sizes.reduce((a, b) => Math.min(a, b)) : 1;
  return { ...scale, decimals: Math.max(1, decimalsOf(least / 100)) };
}

/** Decimals down to the first digit of an uncertainty, at most three. */
export function decimalsOf(uncertainty: number): number {
  return Math.max(0, Math.min(3, -Math.floor(Math.log10(uncertainty))));
}

/** A value in its scale, with its unit: `13.58 GiB`. */
export function withUnit(value: number | bigint, scale: Scale): string {
  const text = formatValue(value, scale);
  return scale.unit === '' || scale.unit === '/s' ? `${text}${scale.unit}` : `${text} ${scale.unit}`;
}

/** A change with its sign; 0 if it rounds to zero. */
export function signed(value: number, decimals: number): string {
  const text = Math.abs(value) >= 1e6 ? value.toExponential(1) : value.toFixed(decimals);
  if (Number(text) === 0) return '0';
  return value > 0 ? `+${text}` : text;
}
