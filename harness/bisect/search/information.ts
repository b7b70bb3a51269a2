/** Shannon's entropy of a distribution over a few outcomes, in bits. */
export function entropy(probabilities: readonly number[]): number {
  let bits = 0;
  for (const p of probabilities) if (p > 0) bits -= p * Math.log2(p);
  return bits;
}

/** The entropy of a coin, in bits. */
export function binaryEntropy(p: number): number {
  return p <= 0 || p >= 1 ? 0 : -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);
}

/**
 * The mutual information of a hypothesis and an outcome, in bits: H(outcome) - H(outcome | hypothesis).
 * @param hypotheses the probability of each, and of each outcome under it
 */
export function mutualInformation(
  hypotheses: readonly { weight: number; outcome: readonly number[] }[],
): number {
  const mix: number[] = [];
  let known = 0;
  for (const { weight, outcome } of hypotheses) {
    if (weight === 0) continue;
    known += weight * entropy(outcome);
    for (const [index, p] of outcome.entries()) mix[index] = (mix[index] ?? 0) + weight * p;
  }
  return Math.max(0, entropy(mix) - known);
}
