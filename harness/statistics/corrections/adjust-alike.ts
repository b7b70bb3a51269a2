/**
 * Adjusts the p-values of a second test of the same hypotheses by the factors that the correction applied to the first
 * test. Both tests see the same trials, so metrics that depend on each other in one also do in the other. The factor is
 * never below 1 and never above Bonferroni's.
 * @param values of the second test, one for each hypothesis
 * @param raw of the first test
 * @param adjusted `raw` after the correction
 */
export function adjustAlike(
  values: readonly number[],
  raw: readonly number[],
  adjusted: readonly number[],
): number[] {
  return values.map((value, index) => {
    const [before, after] = [raw[index] ?? 1, adjusted[index] ?? 1];
    return Math.min(1, value * Math.min(values.length, Math.max(1, after / before)));
  });
}
