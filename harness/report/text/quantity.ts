import type { MetricUnit } from '../../measurement/metric.ts';

/** How to print all values of one column, so that they are easy to compare. */
export interface Scale {
  /** For the heading of the column: `MiB`, `s`; empty for counts. */
  unit: string;
  divisor: number;
  /** Digits after the decimal point; `auto` prints a count unchanged (`216`, `216.5`). */
  decimals: number | 'auto';
}

type Step = Pick<Scale, 'unit' | 'divisor'>;

const steps: Record<'bytes' | 'ns', readonly [Step, ...Step[]]> = {
  bytes: [
    { unit: 'B', divisor: 1 },
    { unit: 'KiB', divisor: 1024 },
    { unit: 'MiB', divisor: 1024 ** 2 },
    { unit: 'GiB', divisor: 1024 ** 3 },
    { unit: 'TiB', divisor: 1024 ** 4 },
    { unit: 'PiB', divisor: 1024 ** 5 },
  ],
  ns: [
    { unit: 'ns', divisor: 1 },
    { unit: 'us', divisor: 1e3 },
    { unit: 'ms', divisor: 1e6 },
    { unit: 's', divisor: 1e9 },
  ],
};

/** The scale in which the largest of the values has one to four digits before the point. */
export function chooseScale(unit: MetricUnit, values: readonly (number | bigint)[]): Scale {
  if (unit === 'count') return { unit: '', divisor: 1, decimals: 'auto' };
  if (unit === 'per_second') return { unit: '/s', divisor: 1, decimals: 1 };
  if (unit === 'ratio') return { unit: '', divisor: 1, decimals: 3 };
  const largest = values.reduce<number>((most, value) => Math.max(most, Math.abs(Number(value))), 0);
  const fitting = steps[unit].filter(step => largest >= step.divisor);
  const { unit: name, divisor } = fitting.at(-1) ?? steps[unit][0];
  const scaled = largest / divisor;
  return { unit: name, divisor, decimals: divisor === 1 ? 'auto' : scaled < 10 ? 2 : scaled < 100 ? 1 : 0 };
}

/** A value in a scale. Zero is `0`; a value that only rounds to zero is `<0.01`. */
export function formatValue(value: number | bigint, scale: Scale): string {
  if (Number(value) === 0) return '0';
  if (scale.decimals === 'auto')
    return typeof value === 'bigint' ? String(value) : String(Number(value.toFixed(2)));
  const text = (Number(value) / scale.divisor).toFixed(scale.decimals);
  return Number(text) === 0 ? `<${(10 ** -scale.decimals).toFixed(scale.decimals)}` : text;
}

/** `36..411`; a single value if both ends print the same. */
export function formatRange(low: number | bigint, high: number | bigint, scale: Scale): string {
  const from = formatValue(low, scale);
  const to = formatValue(high, scale);
  return from === to ? from : `${from}..${to}`;
}
