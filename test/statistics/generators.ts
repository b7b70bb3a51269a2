import type { Random } from '../../harness/random.ts';

/** Draws one boot's value of a metric. */
export type Draw = (random: Random) => number;

/** `count` independent values. */
export function draws(count: number, draw: Draw, random: Random): number[] {
  return Array.from({ length: count }, () => draw(random));
}

/** The standard normal (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

/** Standard normal points of which each resembles the one before: autocorrelation at lag one as given. */
export function autoregressive(count: number, autocorrelation: number, random: Random): number[] {
  const points: number[] = [];
  let point = normal(random);
  for (let index = 0; index < count; index++) {
    points.push(point);
    point = autocorrelation * point + Math.sqrt(1 - autocorrelation ** 2) * normal(random);
  }
  return points;
}

/** A Poisson count; above a rate of 30 by its normal approximation. */
export function poisson(rate: number, random: Random): number {
  if (rate > 30) return Math.max(0, Math.round(rate + Math.sqrt(rate) * normal(random)));
  let count = -1;
  for (let product = 1; product > Math.exp(-rate); count++) product *= random.uniform();
  return Math.max(0, count);
}

/** Gamma with a mean of 1 (Marsaglia and Tsang 2000; below a shape of 1 by the power of a uniform). */
function gamma(shape: number, random: Random): number {
  if (shape < 1)
    return ((gamma(shape + 1, random) * (shape + 1)) / shape) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal(random);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < x ** 2 / 2 + d * (1 - v + Math.log(v)))
      return (d * v) / shape;
  }
}

/** Negative binomial: a Poisson count whose rate varies like a gamma of shape k; of 0.5, like a squared normal. */
export function negativeBinomial(mean: number, k = 0.5): Draw {
  if (k === 0.5) return random => poisson(mean * normal(random) ** 2, random);
  return random => poisson(mean * gamma(k, random), random);
}

/** What a rate that is truly `level` stays below in 999 of 1000 simulations of so many runs. */
export function mostOf(runs: number, level = 0.05): number {
  return level + 3 * Math.sqrt((level * (1 - level)) / runs);
}

/** `4.25 %`, for the names of checks. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
