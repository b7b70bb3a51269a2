import type { MetricUnit } from '../../measurement/metric.ts';
import { chooseScale, formatValue, type Scale } from '../text/quantity.ts';

/** Where values stand on an axis. */
export interface ValueScale {
  /** From 0 at the start of the axis to 1 at its end. */
  place(value: number): number;
  ticks: { at: number; text: string }[];
  /** The unit and how it is drawn: `MiB, log scale`; empty for plain counts. */
  note: string;
  /** A value with the unit of the axis. */
  text(value: number | bigint): string;
}

/** From this ratio of the greatest to the least value on, a log scale shows more. */
const logRatio = 50;
/** A linear axis has this many figures at least, and no more than three times as many: they must fit a narrow page. */
const leastTicks = 2;
/** Up to so many powers of ten, a log scale has figures between them. */
const fewPowers = 3;

/**
 * A scale that holds all values: logarithmic where they are positive and differ by magnitudes, else linear.
 * @param zero whether a linear axis begins at zero
 */
export function valueScale(unit: MetricUnit, values: readonly number[], { zero = false } = {}): ValueScale {
  const finite = values.filter(Number.isFinite);
  const least = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const scale = chooseScale(unit, Number.isFinite(most) ? [least, most] : []);
  const [low, high] = [least / scale.divisor, most / scale.divisor];
  const log = low > 0 && high / low >= logRatio;
  const axis = log ? logAxis(low, high) : linearAxis(zero ? Math.min(0, low) : low, high);
  const text = (value: number | bigint) => withUnit(formatValue(value, scale), scale);
  return {
    place: value => axis.place(value / scale.divisor),
    ticks: axis.ticks.map(tick => ({
      at: axis.place(tick),
      text: withUnit(String(Number(tick.toPrecision(6))), scale),
    })),
    note: [scale.unit, log ? 'log scale' : ''].filter(part => part !== '').join(', '),
    text,
  };
}

function withUnit(text: string, { unit }: Scale): string {
  return unit === '' || unit === '/s' ? `${text}${unit}` : `${text} ${unit}`;
}

interface Axis {
  place(value: number): number;
  ticks: number[];
}

/** Where there is one value or none, it stands in the middle. */
function linearAxis(low: number, high: number): Axis {
  if (!(high > low)) return { place: () => 0.5, ticks: Number.isFinite(low) ? [low] : [] };
  const step = niceStep((high - low) / leastTicks);
  const ticks: number[] = [];
  for (let count = Math.ceil(low / step); count * step <= high * (1 + 1e-12); count++)
    ticks.push(count * step);
  return { place: value => (value - low) / (high - low), ticks };
}

/** The largest of 1, 2 and 5 times a power of ten that is not above `most`. */
function niceStep(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return power * ([5, 2, 1].find(step => step * power <= most) ?? 1);
}

/** Powers of ten, every n-th where there are many, and 2 and 5 times each where there are few. */
function logAxis(low: number, high: number): Axis {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const every = Math.ceil((to - from) / (2 * fewPowers));
  const factors = to - from < fewPowers ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(from); power <= to; power += every)
    ticks.push(...factors.map(factor => factor * 10 ** power));
  return {
    place: value => (Math.log10(value) - from) / (to - from),
    ticks: ticks.filter(tick => tick >= low && tick <= high),
  };
}
