import { logGamma } from './distribution.ts';

/** P(X <= x) of the chi-square distribution, by the series of the incomplete gamma function (DLMF 8.7.1). */
export function chiSquareProbability(x: number, degrees: number): number {
  if (x <= 0) return 0;
  const shape = degrees / 2;
  const half = x / 2;
  let term = 1;
  let sum = 1;
  for (let index = 1; term > 1e-17 * sum; index++) {
    term *= half / (shape + index);
    sum += term;
  }
  return Math.min(1, Math.exp(shape * Math.log(half) - half - logGamma(shape + 1)) * sum);
}

/** The x with P(X <= x) = probability, for a probability in (0, 1), by bisection to the last bit. */
export function chiSquareQuantile(probability: number, degrees: number): number {
  let low = 0;
  let high = degrees + 1;
  while (chiSquareProbability(high, degrees) < probability) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (chiSquareProbability(middle, degrees) < probability) low = middle;
    else high = middle;
  }
}
