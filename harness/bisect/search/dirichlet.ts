import { logGamma } from '../../statistics/distributions/distribution.ts';

const halves: number[] = [];
const scale = 2;

/** lnΓ(n / 2) for a whole n from 1; kept, for the search asks for few of them again and again. */
function logGammaOfHalf(n: number): number {
  let known = halves[n];
  if (known === undefined) {
    known = logGamma(n / scale);
    halves[n] = known;
  }
  return known;
}

/**
 * ln of the probability of a sequence of boots that fell `counts[i]` times into bin i, its distribution integrated out
 * under Jeffreys' prior, a Dirichlet of ½ each:
 * Σ[lnΓ(nᵢ+½) - lnΓ(½)] + lnΓ(K/2) - lnΓ(N+K/2). Zero without a boot.
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
