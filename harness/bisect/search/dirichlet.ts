import { logGamma } from '../../statistics/distributions/distribution.ts';

const halves: number[] = [];
const scale = 2;

/** lnΓ(n / 2) for an integer n >= 1; cached, because the search needs a few of them again and again. */
function logGammaOfHalf(n: number): number {
  let known = halves[n];
  if (known === undefined) {
    known = logGamma(n / scale);
    halves[n] = known;
  }
  return known;
}

/**
 * ln of the probability of a sequence of boots with `counts[i]` values in bin i, with the distribution integrated out under
 * Jeffreys' prior, a Dirichlet distribution with parameters ½:
 * Σ[lnΓ(nᵢ+½) - lnΓ(½)] + lnΓ(K/2) - lnΓ(N+K/2). Zero without boots.
 */
export function logMarginal(counts: readonly number[]): number {
  const bins = counts.length;
  let total = 0;
  let sum = 0;
  for (const count of counts) {
    total += count;
    sum += logGammaOfHalf(2 * count + 1) - logGammaOfHalf(1);
  }
  return sum + logGammaOfHalf(bins) - logGammaOfHalf(2 * total + bins);
}
